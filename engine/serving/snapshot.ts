import type { ShapeTimes, StepTimes } from './profile'
import type { ServingSettings } from './settings'

/** What a request needs next. A request that has ended is in no snapshot. */
export type Stage = 'encode' | 'denoise' | 'decode'

/** One image or video as a round sees it. Times are milliseconds on the clock of the snapshot. */
export interface RequestView {
  readonly id: string
  readonly shape: ShapeTimes
  readonly steps: number
  readonly arrivalMs: number
  readonly deadlineMs: number
  /** How much its deadline counts beside others: 1 unless a class or project sets it. */
  readonly weight: number
  readonly stage: Stage
  readonly stepsDone: number
  /**
   * End of the phase or step that it runs now. Nothing about it can change before: a round at an earlier time
   * leaves it alone. Undefined at a step boundary, before the start and while it is paused.
   */
  readonly busyUntilMs: number | undefined
  /** GPUs of its running or last interval, the leader (who keeps its state) first; empty before its start. */
  readonly gpus: readonly number[]
  /** End of its last interval; undefined before its start. */
  readonly lastEndMs: number | undefined
  /** Times that it was paused, for the receipt. */
  readonly pauses: number
}

/** One GPU of the deployment. Its index in `gpus` is its name in plans and logs. */
export interface ServingGpu {
  /** SP groups lie inside one node. */
  readonly node: number
  /** End of what runs on it; at or before `now` it is free. */
  readonly busyUntilMs: number
}

/** An arrival that was seen, for look-ahead. */
export interface Arrival {
  readonly atMs: number
  readonly shape: ShapeTimes
  readonly steps: number
  readonly deadlineMs: number
  readonly weight: number
}

/** The immutable input of a round. */
export interface ServingSnapshot {
  /** Requests that have arrived and not ended, in order of arrival. */
  readonly requests: readonly RequestView[]
  readonly gpus: readonly ServingGpu[]
  readonly times: StepTimes
  /** What arrived so far, oldest first; a caller may cut it to the last `settings.historyLength`. */
  readonly history: readonly Arrival[]
  readonly settings: ServingSettings
}
