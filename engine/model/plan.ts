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

/** A run into an executor on the GPUs that its sweep (or a lending sweep with the same base model) holds. */
export interface PlaceRun {
  kind: 'place'
  subject: 'run'
  runId: string
  executorId: string
  gpuIds: readonly string[]
  why: Why
}

export interface ResizeSweep {
  kind: 'resize'
  subject: 'sweep'
  sweepId: string
  gpuIds: readonly string[]
  why: Why
}

/** Park at the next step boundary; comes back by itself. */
export interface PauseRun {
  kind: 'pause'
  subject: 'run'
  runId: string
  reason: 'preempted'
  why: Why
}

export interface ResumeRun {
  kind: 'resume'
  subject: 'run'
  runId: string
  why: Why
}

/** Park at the next step boundary and do not come back unless revived, resumed or widened. */
export interface StopRun {
  kind: 'stop'
  subject: 'run'
  runId: string
  reason: StopReason
  exit?: ExitDecision
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

export type Action = PlaceSweep | PlaceRun | ResizeSweep | PauseRun | ResumeRun | StopRun | Hold

/** The whole outcome of one `decide`: data only. Every workload of the snapshot is in it exactly once or untouched. */
export interface Plan {
  /** Version of the snapshot that it was made from; the applier rejects it when the world has moved on. */
  version: number
  actions: readonly Action[]
  /** Placements expected after now, for the timeline. */
  planned: readonly { sweepId: string; gpuIds: readonly string[]; start: Interval; end: Interval }[]
}
