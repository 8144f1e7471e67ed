import { fillSlots } from '../../engine/early-exit/fill-slots'
import type { NodeView } from '../../engine/model/cluster'
import type { MemoryModel, SweepWork, TuningPolicy, TuningSnapshot } from '../../engine/model/snapshot'
import type { RunView } from '../../engine/model/tuning'

export const GB = 1e9

/** 10 GB of backbone; a run of rank 8, batch 1 and 100 tokens takes 1 GB. */
export const MEMORY: MemoryModel = {
  backboneBytes: 10 * GB,
  bytesPerRank: 0.0625 * GB,
  bytesPerToken: 0.005 * GB,
  bytesPerLogit: 0,
  vocabulary: 1000,
}

export function aNode(id: string, gpus = 1, over: Partial<NodeView> = {}): NodeView {
  return {
    id,
    name: id,
    state: 'alive',
    scheduling: 'open',
    gpus: Array.from({ length: gpus }, (_, index) => ({
      id: `${id}/${index}`,
      nodeId: id,
      index,
      kind: 'cuda' as const,
      memoryBytes: 80 * GB,
    })),
    ...over,
  }
}

export function aRun(id: string, over: Partial<RunView> = {}): RunView {
  return {
    id,
    params: { learning_rate: 1e-4, rank: 8, batch_size: 1 },
    state: 'waiting',
    fullSamples: 1000,
    points: [],
    passedRung: 0,
    pinned: false,
    exemptRules: [],
    ...over,
  }
}

export function aSweep(
  id: string,
  runs: readonly RunView[] | number = 2,
  over: Partial<SweepWork> = {},
): SweepWork {
  const list = typeof runs === 'number' ? Array.from({ length: runs }, (_, i) => aRun(`${id}-r${i}`)) : runs
  return {
    id,
    name: id,
    projectId: 'p',
    state: 'waiting',
    priority: 0,
    submittedAt: 0,
    baseModel: 'llama',
    gpus: 1,
    spread: true,
    gpusPerExecutor: 1,
    maxLength: 100,
    memory: MEMORY,
    view: { id, runs: list, slots: 0, trainSamples: 500, epochs: 2, evaluationsPerRun: 10, seed: 0 },
    work: list.map((run) => ({ runId: run.id, stepSeconds: null, samples: run.points.at(-1)?.samples ?? 0 })),
    ...over,
  }
}

export function aSnapshot(over: Partial<TuningSnapshot> = {}): TuningSnapshot {
  return {
    version: 7,
    now: 1000,
    nodes: [aNode('n0')],
    sweeps: [],
    executors: [],
    leases: [],
    shares: [],
    ...over,
  }
}

/** No early exit: every pending run wants a slot. */
export const KEEP_ALL: TuningPolicy = {
  exits: (view) => fillSlots(view, () => true),
  maxSlots: 8,
  memoryMargin: 0.1,
  lend: true,
  widen: true,
  interTask: 'planned',
  planBudget: 200,
  agingSeconds: 21_600,
  moves: { gainOverCost: 2 },
}
