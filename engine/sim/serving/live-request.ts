import type { RunAction } from '../../serving/plan'
import type { ShapeTimes } from '../../serving/profile'
import type { RequestView, Stage } from '../../serving/snapshot'
import type { HeldInterval } from './log'
import type { TraceRequest } from './trace'

/** A request of the trace between its arrival and its end. It moves only at interval ends. */
export class LiveRequest implements RequestView {
  stage: Stage = 'encode'
  stepsDone = 0
  busyUntilMs: number | undefined
  gpus: readonly number[] = []
  lastEndMs: number | undefined
  pauses = 0
  ended = false

  constructor(
    readonly id: string,
    readonly shape: ShapeTimes,
    readonly steps: number,
    readonly arrivalMs: number,
    readonly deadlineMs: number,
    readonly weight: number,
  ) {}

  /** True where it has a latent that waits for its next step. */
  get isBetweenSteps(): boolean {
    return this.stage === 'denoise' && this.stepsDone > 0
  }

  durationMs(action: RunAction): number {
    const mode = this.shape.modes.find(
      (mode) => mode.batch === action.batch && (action.phase !== 'denoise' || mode.sp === action.sp),
    )
    if (!mode) {
      throw new Error(
        `${this.shape.key} has no profiled times for ${action.sp} GPUs and a batch of ${action.batch}.`,
      )
    }
    if (action.phase === 'denoise') return mode.stepMs
    return action.phase === 'encode' ? mode.encodeMs : mode.decodeMs
  }

  beginInterval(gpus: readonly number[], endMs: number): void {
    this.gpus = gpus
    this.busyUntilMs = endMs
  }

  endInterval(interval: HeldInterval): void {
    this.busyUntilMs = undefined
    this.lastEndMs = interval.endMs
    if (this.stage === 'encode') this.stage = 'denoise'
    else if (this.stage === 'denoise') {
      this.stepsDone += interval.steps
      if (this.stepsDone >= this.steps) this.stage = 'decode'
    } else this.ended = true
  }
}

/** A request as it arrives. @throws where the profile has no times for its shape */
export function liveRequest(request: TraceRequest, shape: ShapeTimes | undefined): LiveRequest {
  if (!shape) throw new Error(`${request.id}: the profile has no times for its resolution and frames.`)
  const { id, steps, arrivalMs, deadlineMs, weight = 1 } = request
  return new LiveRequest(id, shape, steps, arrivalMs, deadlineMs, weight)
}
