import type { Interval } from './cluster'
import type { HoldReason, StopReason } from './reasons'
import type { ExitDecision } from './tuning'

/** Why an action was chosen: stored as the decision row that a page shows. */
export interface Why {
  rule: string
  message: string
  /** What it brings and what it costs, seconds, where known. */
  gainSeconds?: number
  costSeconds?: number
  /** What was not chosen, with its effect. */
  alternatives?: readonly { action: string; effect: string }[]
}

/** A gang of GPUs to a sweep. */
export interface PlaceSweep {
  kind: 'place'
  subject: 'sweep'
  sweepId: string
  gpuIds: readonly string[]
  expectedEnd: Interval
  why: Why
}

/**
 * A run into a slot of an executor, which may start in this same plan and may belong to a sweep that lends the slot.
 * Where the slot frees by a `stop` of the same plan, the agent gets the stop first: actions are in order.
 */
export interface PlaceRun {
  /** `resume` where it trained before and goes on from its parked state. */
  kind: 'place' | 'resume'
  subject: 'run'
  runId: string
  executorId: string
  gpuIds: readonly string[]
  /** Set where the executor's GPUs belong to another sweep. */
  lentBy?: string
  /** Set where an early-exit policy asked for this start. */
  exit?: ExitDecision
  /** The run was stopped and goes on quietly; to its sweep it stays stopped. */
  audit?: true
  why: Why
}

export interface ResizeSweep {
  kind: 'resize'
  subject: 'sweep'
  sweepId: string
  gpuIds: readonly string[]
  why: Why
}

/**
 * Park at the next step boundary and wait; comes back by itself: `preempted` when a slot is free again, `rung` when its
 * peers have arrived where it stands.
 */
export interface PauseRun {
  kind: 'pause'
  subject: 'run'
  runId: string
  reason: 'preempted' | 'rung'
  exit?: ExitDecision
  why: Why
}

/** Park at the next step boundary and do not come back unless revived, resumed or widened. */
export interface StopRun {
  kind: 'stop'
  subject: 'run'
  runId: string
  reason: StopReason
  exit?: ExitDecision
  /** To its sweep the run is stopped, but it goes on quietly: in its slot, or later in one that nobody wants. */
  audited?: 'goes-on' | 'waits'
  why: Why
}

export interface Hold {
  kind: 'hold'
  subject: 'sweep' | 'run'
  id: string
  reasons: readonly HoldReason[]
  /** When it is expected to start, where the plan knows. */
  expectedStart?: Interval
  /** The cheapest change that would start it, for the button on the page. */
  unblock?: {
    action: 'end-drain' | 'ask-gpus' | 'raise-priority' | 'add-node'
    target: string
    effect: string
  }
}

/** Start a backbone with free slots on GPUs that its sweep holds after this plan; all GPUs are of one node. */
export interface PlaceExecutor {
  kind: 'place'
  subject: 'executor'
  /** `<sweep>/x<number>`: unique among the executors of the snapshot and of this plan. */
  executorId: string
  sweepId: string
  baseModel: string
  gpuIds: readonly string[]
  slots: number
  maxLength: number
  why: Why
}

/** End an executor that has nobody left to train; its GPUs stay with its sweep unless the sweep is resized. */
export interface StopExecutor {
  kind: 'stop'
  subject: 'executor'
  executorId: string
  why: Why
}

/** Park every run of a sweep at the next step boundary and give its GPUs back; it waits again and comes back by itself. */
export interface PauseSweep {
  kind: 'pause'
  subject: 'sweep'
  sweepId: string
  why: Why
}

export type Action =
  | PlaceSweep
  | PlaceExecutor
  | PlaceRun
  | ResizeSweep
  | PauseSweep
  | PauseRun
  | StopExecutor
  | StopRun
  | Hold

/** The whole outcome of one `decide`: data only. Every workload of the snapshot is in it exactly once or untouched. */
export interface Plan {
  /** Version of the snapshot that it was made from; the applier rejects it when the world has moved on. */
  version: number
  actions: readonly Action[]
  /** Comparisons that a run survived: no action, but rows that the page shows, and rungs that the run has passed. */
  kept: readonly ExitDecision[]
  /** Placements expected after now, for the timeline. */
  planned: readonly { sweepId: string; gpuIds: readonly string[]; start: Interval; end: Interval }[]
}
