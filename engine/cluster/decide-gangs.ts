import { runMemoryBytes } from '../estimate/memory'
import type { Hold, PlaceSweep, Plan, ResizeSweep } from '../model/plan'
import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import { chooseGpus } from './choose-gpus'
import { type FreeNode, freeGpus } from './free-gpus'
import { holdSweep } from './hold-sweep'

/** Who holds which GPUs once the plan is applied, with the actions that bring it about. */
export interface Gangs {
  actions: readonly (PlaceSweep | ResizeSweep | Hold)[]
  /** GPU ids by sweep id, for every sweep that holds any. */
  held: ReadonlyMap<string, readonly string[]>
  planned: Plan['planned']
}

/** Grants gangs to the sweeps that hold none, in order of priority, then of submission (rules P1 to P5). */
export function decideGangs(snapshot: TuningSnapshot, policy: TuningPolicy, now: number): Gangs {
  const held = heldGpus(snapshot)
  let free = freeGpus(snapshot, policy.reservedGpuIds)
  const actions: (PlaceSweep | ResizeSweep | Hold)[] = []
  for (const sweep of inOrder(snapshot.sweeps)) {
    const has = held.get(sweep.id) ?? []
    const missing = sweep.gpus - has.length
    if (missing <= 0) continue
    const bytes = minimumGpuBytes(sweep, policy.memoryMargin)
    const chosen = sweep.paused ? null : chooseGpus(free, missing, sweep.spread, bytes)
    if (chosen !== null) {
      const taken = new Set(chosen)
      free = free.map((entry) => ({ ...entry, gpus: entry.gpus.filter((gpu) => !taken.has(gpu.id)) }))
      held.set(sweep.id, [...has, ...chosen])
      actions.push(has.length === 0 ? place(sweep, chosen, now) : replaceLost(sweep, has, chosen))
    } else if (has.length === 0) {
      actions.push(hold(sweep, snapshot, free, bytes))
    }
  }
  return { actions, held, planned: [] }
}

/** A total order: higher priority, then earlier submission, then id. */
export function inOrder(sweeps: readonly SweepWork[]): SweepWork[] {
  return [...sweeps].sort(
    (a, b) =>
      b.priority - a.priority || a.submittedAt - b.submittedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
}

/** Memory that a GPU needs so that the smallest run of the sweep can train on it. */
export function minimumGpuBytes(sweep: SweepWork, memoryMargin: number): number {
  const runs = sweep.view.runs.map((run) => runMemoryBytes(sweep.memory, run.params, sweep.maxLength))
  const smallest = runs.length === 0 ? 0 : runs.reduce((least, bytes) => Math.min(least, bytes))
  return (sweep.memory.backboneBytes + smallest) / sweep.gpusPerExecutor / (1 - memoryMargin)
}

/** GPUs that each sweep holds by its leases, on nodes whose agents can still speak for them. */
function heldGpus(snapshot: TuningSnapshot): Map<string, readonly string[]> {
  const known = new Set(
    snapshot.nodes.filter((node) => node.state !== 'lost').flatMap((node) => node.gpus.map((gpu) => gpu.id)),
  )
  const held = new Map<string, string[]>()
  for (const lease of snapshot.leases) {
    if (lease.holder.kind !== 'sweep' || !known.has(lease.gpuId)) continue
    const gpus = held.get(lease.holder.id) ?? []
    gpus.push(lease.gpuId)
    held.set(lease.holder.id, gpus)
  }
  for (const gpus of held.values()) gpus.sort()
  return held
}

function place(sweep: SweepWork, gpuIds: readonly string[], now: number): PlaceSweep {
  const left = sweep.remaining ?? { p10: 0, p50: 0, p90: 0 }
  return {
    kind: 'place',
    subject: 'sweep',
    sweepId: sweep.id,
    gpuIds,
    expectedEnd: { p10: now + left.p10, p50: now + left.p50, p90: now + left.p90 },
    why: {
      rule: 'P1',
      message: `${sweep.name} gets ${gpuIds.join(', ')}: first in order, and they are free.`,
    },
  }
}

function replaceLost(sweep: SweepWork, has: readonly string[], more: readonly string[]): ResizeSweep {
  return {
    kind: 'resize',
    subject: 'sweep',
    sweepId: sweep.id,
    gpuIds: [...has, ...more],
    why: {
      rule: 'P4',
      message: `${sweep.name} held ${has.length} of ${sweep.gpus} GPUs; ${more.join(', ')} make it whole again.`,
    },
  }
}

function hold(sweep: SweepWork, snapshot: TuningSnapshot, free: readonly FreeNode[], bytes: number): Hold {
  return { kind: 'hold', subject: 'sweep', id: sweep.id, reasons: holdSweep(sweep, snapshot, free, bytes) }
}
