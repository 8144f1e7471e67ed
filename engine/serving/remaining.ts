import type { Mode, ShapeTimes } from './profile'
import type { RequestView } from './snapshot'

/** Instant from which a request can be decided about: now, or the end of the step that it is in. */
export function boundaryMs(request: RequestView, now: number): number {
  return request.busyUntilMs !== undefined && request.busyUntilMs > now ? request.busyUntilMs : now
}

/**
 * Milliseconds from its boundary to its end when it runs without a pause in `mode`; encode and decode on one GPU
 * are part of it. What it runs now is over at its boundary, so a busy stage is counted as done.
 */
export function remainingMs(request: RequestView, mode: Mode, now: number): number {
  const left = workLeft(request, now)
  return left.encodeMs + left.steps * mode.stepMs + left.decodeMs
}

/** GPU-milliseconds that the same takes: what a deadline costs. A batch shares its cost. */
export function remainingGpuMs(request: RequestView, mode: Mode, now: number): number {
  const left = workLeft(request, now)
  return left.encodeMs + (left.steps * mode.stepMs * mode.sp) / mode.batch + left.decodeMs
}

export interface WorkLeft {
  encodeMs: number
  steps: number
  decodeMs: number
}

/** What is left from the request's boundary on. */
export function workLeft(request: RequestView, now: number): WorkLeft {
  const busy = request.busyUntilMs !== undefined && request.busyUntilMs > now
  const { shape, stage } = request
  if (stage === 'encode') {
    return { encodeMs: busy ? 0 : shape.encodeMs, steps: request.steps, decodeMs: shape.decodeMs }
  }
  if (stage === 'denoise') {
    const steps = request.steps - request.stepsDone - (busy ? 1 : 0)
    return { encodeMs: 0, steps, decodeMs: shape.decodeMs }
  }
  return { encodeMs: 0, steps: 0, decodeMs: busy ? 0 : shape.decodeMs }
}

/** Whole time of a request that runs alone in its narrowest mode. */
export function isolatedMs(request: Pick<RequestView, 'shape' | 'steps'>): number {
  const { base, encodeMs, decodeMs } = request.shape
  return encodeMs + request.steps * base.stepMs + decodeMs
}

/** Slack: deadline − now − remaining work in `mode`; negative is late. */
export function slackMs(request: RequestView, mode: Mode, now: number): number {
  return request.deadlineMs - boundaryMs(request, now) - remainingMs(request, mode, now)
}

/** Remaining time at the fastest degree up to `widest` GPUs, run alone: below it no plan can be on time. */
export function fastestMs(request: RequestView, now: number, widest: number): number {
  const left = workLeft(request, now)
  let stepMs = request.shape.base.stepMs
  // Wider is not always faster.
  for (const mode of request.shape.modes) {
    if (mode.batch === request.shape.base.batch && mode.sp <= widest) stepMs = Math.min(stepMs, mode.stepMs)
  }
  return left.encodeMs + left.steps * stepMs + left.decodeMs
}

/** Least GPU time of a whole request in any mode; a member of a batch has its share of it. */
export function cheapestGpuMs(shape: ShapeTimes, steps: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const mode of shape.modes) {
    least = Math.min(least, (mode.encodeMs + steps * mode.stepMs * mode.sp + mode.decodeMs) / mode.batch)
  }
  return least
}
