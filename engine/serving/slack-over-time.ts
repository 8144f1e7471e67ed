import type { ShapeTimes } from './profile'
import type { RequestInterval } from './time-spent'

export interface SlackPoint {
  atMs: number
  /** Deadline − now − remaining work at the degree of the last step; negative is late. */
  slackMs: number
}

/**
 * Slack of a request at its arrival and at both ends of each interval that it held GPUs; linear between them. It falls
 * while the request waits, stays level while it runs at one degree and jumps where the degree changes.
 *
 * @param intervals of the request, in order of time
 */
export function slackOverTime(
  request: { shape: ShapeTimes; steps: number; arrivalMs: number; deadlineMs: number },
  intervals: readonly RequestInterval[],
): SlackPoint[] {
  const { shape, steps, arrivalMs, deadlineMs } = request
  let encodeMs = shape.encodeMs
  let stepsLeft = steps
  let decodeMs = shape.decodeMs
  let stepMs = shape.base.stepMs
  const points: SlackPoint[] = []
  const add = (atMs: number): void => {
    points.push({ atMs, slackMs: deadlineMs - atMs - encodeMs - stepsLeft * stepMs - decodeMs })
  }
  add(arrivalMs)
  for (const interval of intervals) {
    if (interval.phase === 'denoise') {
      stepMs = shape.modes.find((mode) => mode.sp === interval.sp)?.stepMs ?? stepMs
    }
    add(interval.startMs)
    if (interval.phase === 'encode') encodeMs = 0
    else if (interval.phase === 'denoise') stepsLeft -= interval.steps
    else decodeMs = 0
    add(interval.endMs)
  }
  return points
}
