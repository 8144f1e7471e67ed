import type { Interval, NodeView } from './cluster'
import type { JobState } from './states'
import type { ExitDecision, SweepView } from './tuning'

/**
 * Seconds of one macro-step of an executor, in which each of its adapters makes one optimizer step: a part that does not
 * depend on the work (launches, all-gathers, optimizer) and a part for each token, shared by the executor's GPUs.
 */
export interface StepModel {
  baseSeconds: number
  secondsPerToken: number
}

/**
 * What memory an executor needs, as a sum of terms in bytes; fitted from probes (`engine/estimate/fit-memory.ts`).
 * Rank and vocabulary are terms of their own, since ranks differ by 8× and logits often dominate.
 */
export interface MemoryModel {
  /** The frozen backbone with its buffers, once an executor. */
  backboneBytes: number
  /** Adapter weights, gradients and optimizer moments, for each unit of rank of each run. */
  bytesPerRank: number
  /** Activations, for each token that is trained in one step. */
  bytesPerToken: number
  /** Logits and their gradient, for each token and entry of the vocabulary. */
  bytesPerLogit: number
  vocabulary: number
}

/** What is known about the work of one run beside its losses. */
export interface RunWork {
  runId: string
  /** Seconds of one optimizer step among its present neighbours, measured; `null` before the first step. */
  stepSeconds: number | null
  /** Samples consumed up to now; evaluations in the `SweepView` may lag behind. */
  samples: number
  /** Where a run that a rule stopped stands while it goes on quietly for the audit; its view is parked. */
  audit?: 'training' | 'waiting'
}

/** A sweep as planning sees it. */
export interface SweepWork {
  id: string
  name: string
  projectId: string
  state: JobState
  /** Higher goes first. */
  priority: number
  /** Unix seconds. */
  submittedAt: number
  /** Unix seconds, where a person asked for it. */
  deadline?: number
  /** A person paused it: it keeps what it has and gets nothing new. */
  paused?: boolean
  /** Executors of the same base model can train each other's runs. */
  baseModel: string
  /** GPUs of its gang: granted together or not at all. */
  gpus: number
  /** False where the gang must lie on one node. */
  spread: boolean
  /** GPUs that one executor spans: 1 unless the backbone must be sharded. */
  gpusPerExecutor: number
  /** Tokens of the longest sample, after truncation. */
  maxLength: number
  memory: MemoryModel
  /** Runs and early-exit facts; runs in order of their number. */
  view: SweepView
  /** One for each run of `view`, in any order. */
  work: readonly RunWork[]
  /** Remaining seconds on its gang with exits expected, where a forecast exists. */
  remaining?: Interval
  /** Seconds that parking and restoring it would cost, for moves. */
  moveSeconds?: number
  /** Share of its stops that are audited, 0 to 1; none where not given. */
  auditShare?: number
}

/** An executor: a backbone and its slots on GPUs of one node. */
export interface ExecutorView {
  id: string
  /** The sweep that holds its GPUs; others may borrow slots. */
  sweepId: string
  baseModel: string
  gpuIds: readonly string[]
  state: 'starting' | 'ready' | 'ending'
  /** Adapters that it takes at most. */
  slots: number
  maxLength: number
  /** Its step time as a function of tokens, where it was measured or fitted. */
  step?: StepModel
  /** Who is in a slot, of any sweep; includes those that were asked to park and have not confirmed it. */
  runIds: readonly string[]
}

/** A GPU lease in force, whoever holds it. A GPU without one is free. */
export interface GpuLease {
  gpuId: string
  holder: { kind: 'sweep' | 'deployment' | 'command'; id: string }
  epoch: number
  /** Unix seconds. */
  expiresAt: number
  /** When the holder is expected to give it back; unknown for a deployment. */
  releasedAt?: Interval
}

/** A project's right to the cluster. */
export interface ProjectShare {
  projectId: string
  name: string
  /** Relative weight among the projects that want GPUs now. */
  weight: number
}

/** Everything that a tuning decision may look at. Immutable; the same snapshot gives the same plan. */
export interface TuningSnapshot {
  /** Grows with every applied plan and every change that a plan depends on. */
  version: number
  /** Unix seconds when it was taken. */
  now: number
  nodes: readonly NodeView[]
  /** Waiting and running ones. */
  sweeps: readonly SweepWork[]
  executors: readonly ExecutorView[]
  leases: readonly GpuLease[]
  /** Empty where all projects are equal. */
  shares: readonly ProjectShare[]
}

/** Settings of a tuning decision, and the early-exit rules that it composes. */
export interface TuningPolicy {
  /** The early-exit policy of a sweep (`engine/early-exit`). It alone decides which runs want a slot, and their order. */
  exits(view: SweepView, sweep: SweepWork): readonly ExitDecision[]
  /** Adapters in one executor at most. */
  maxSlots: number
  /** Share of a GPU's memory that no plan uses. */
  memoryMargin: number
  /** Free slots may be lent to another sweep of the same base model. */
  lend: boolean
  /** Slots that nobody wants may be used beyond a sweep's budget, which may end it later; never while a sweep waits. */
  widen: boolean
  /** Free GPUs that must stay free, for example for serving. */
  reservedGpuIds?: readonly string[]
  /** `planned` searches for the shortest makespan; `fifo` starts sweeps strictly in order and lets no one pass. */
  interTask: 'planned' | 'fifo'
  /** Schedules that one inter-task decision tries. */
  planBudget: number
  /** A waiting sweep gains one level of priority each time it has waited this long: the bound on starvation. */
  agingSeconds: number
  /** Whether running sweeps may be parked for others, and how many times its cost a move must gain. */
  moves: false | { gainOverCost: number }
}

/** What a decision looks at again; what is left out of it goes on as it is. Without a scope: everything. */
export interface DecisionScope {
  /** GPUs came or went, or a sweep came, ended or changed its forecast. */
  gangs: boolean
  /** Sweeps in which a run was evaluated, ended or changed by a person, or a slot changed. */
  sweepIds: ReadonlySet<string>
}
