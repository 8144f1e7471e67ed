import type { StopReason } from './reasons'
import type { RunState } from './states'

/** One evaluation of a run. Losses are `null` where they were not finite. */
export interface EvalPoint {
  /** Optimizer steps done. */
  step: number
  /** Training samples consumed: the axis on which runs are compared, since batch sizes differ. */
  samples: number
  trainLoss: number | null
  valLoss: number | null
}

export interface RunParams {
  learning_rate: number
  rank: number
  batch_size: number
  [name: string]: number | string | readonly string[]
}

/** A run as early-exit rules see it: everything recorded up to now, and nothing later. */
export interface RunView {
  id: string
  params: RunParams
  /** `waiting` with points is a run that gave up its slot for a while: preempted, or paused at a rung for its peers. */
  state: RunState
  /** Why a parked run does not train. */
  stopReason?: StopReason
  /** Samples that a full training of this run consumes. */
  fullSamples: number
  /** In order of samples; evaluations only. */
  points: readonly EvalPoint[]
  /** Highest rung that this run has passed: the largest `rung` of its `keep` and `resume` decisions; 0 before the first. */
  passedRung: number
  /** Never stopped by any rule. */
  pinned: boolean
  /** Rule ids that may not stop this run again, because a person revived it from them. */
  exemptRules: readonly string[]
  /** No word from it for longer than its peers should wait: rungs are decided without it. */
  stalled?: boolean
  /** Trains in a spare slot beyond the budget: its last `keep` or `resume` was by rule E68. */
  onSpare?: boolean
  /** Goes on quietly after a stop so that the stop can be audited; shown here as parked, with its points up to the stop. */
  audited?: boolean
}

export type Schedule = 'constant' | 'linear' | 'cosine'

export interface SweepView {
  id: string
  runs: readonly RunView[]
  /** Adapters that may train at the same time. */
  slots: number
  /** Slots of these that nobody else wants, so that training in them counts against no budget (0 if not given). */
  spareSlots?: number
  /** Samples in one epoch of the training split. */
  trainSamples: number
  epochs: number
  evaluationsPerRun: number
  /** Learning-rate schedule of the runs, where it is the same for all; else per run in `params.lr_scheduler`. */
  schedule?: Schedule
  /** Seed of the sweep: the only source of randomness for a rule. */
  seed: number
}

/** A peer that a decision compared with, at the point of comparison. */
export interface Peer {
  runId: string
  value: number
  kept: boolean
}

/**
 * - `stop`: park, with a reason; it comes back by a `resume` of the policy or by a person.
 * - `pause`: give up the slot at a rung until the peers have arrived there; the run waits.
 * - `keep`: passed a rung; trains on, or waits for a slot if it was paused.
 * - `start`: a run that has never trained takes a slot; in order of preference.
 * - `resume`: a paused, preempted or parked run takes a slot and continues from its step.
 */
export type ExitDecisionKind = 'stop' | 'pause' | 'keep' | 'start' | 'resume'

/**
 * What an early-exit policy decides about one run. Stored whole as a decision row: the card on the page reads it, and
 * `decisionSentence` says it in words.
 */
export interface ExitDecision {
  kind: ExitDecisionKind
  runId: string
  /** Rule id of `docs/spec/early-exit.md`, such as `E4`. */
  rule: string
  reason?: StopReason
  /** Where the comparison was made. */
  atSamples: number
  /** Rung number where the rule has rungs, from 1. */
  rung?: number
  /** What the rule looked at, in the unit of `threshold`: a loss, a slope, a gap. */
  observed: number | null
  threshold: number | null
  /** Best validation loss of the run so far. */
  bestLoss?: number
  /** Spread (standard deviation of changes) of the run's last evaluations, in units of the loss. */
  spread?: number
  /** Evaluations in a row that the rule looked at. */
  evaluations?: number
  /** Probability that the run is really behind, where the rule knows one. */
  confidence?: number
  /** 1-based place among the peers, and how many the cut keeps. */
  place?: number
  keeps?: number
  peers: readonly Peer[]
  /** Samples that this run need not train. */
  savedSamples: number
}
