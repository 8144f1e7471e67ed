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
  state: RunState
  stopReason?: StopReason
  /** Samples that a full training of this run consumes. */
  fullSamples: number
  /** In order of samples; evaluations only. */
  points: readonly EvalPoint[]
  /** Never stopped by any rule. */
  pinned: boolean
  /** Rule ids that may not stop this run again, because a person revived it from them. */
  exemptRules: readonly string[]
  /** Goes on quietly after a stop so that the stop can be audited. */
  audited?: boolean
}

export interface SweepView {
  id: string
  runs: readonly RunView[]
  /** Adapters that may train at the same time. */
  slots: number
  /** Samples in one epoch of the training split. */
  trainSamples: number
  epochs: number
  evaluationsPerRun: number
  /** Learning-rate schedule of the runs, where it is the same for all; else per run in `params.lr_scheduler`. */
  schedule?: 'constant' | 'linear' | 'cosine'
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
 * What an early-exit policy decides about one run. Stored whole as a decision row: the card on the page reads it.
 */
export interface ExitDecision {
  kind: 'stop' | 'resume' | 'start' | 'keep'
  runId: string
  /** Rule id of `docs/spec/early-exit.md`, such as `E4`. */
  rule: string
  reason?: StopReason
  /** Where the comparison was made. */
  atSamples: number
  /** Rung number where the rule has rungs. */
  rung?: number
  observed: number | null
  threshold: number | null
  /** Probability that the run is really behind, where the rule knows one. */
  confidence?: number
  /** 1-based place among the peers, and how many the cut keeps. */
  place?: number
  keeps?: number
  peers: readonly Peer[]
  /** Samples that this run need not train. */
  savedSamples: number
}
