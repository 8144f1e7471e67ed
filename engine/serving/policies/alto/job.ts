import type { Mode, ShapeTimes, StepTimes } from '../../profile'
import { boundaryMs, type WorkLeft, workLeft } from '../../remaining'
import type { RequestView } from '../../snapshot'

/** A degree is efficient, and so taken at once, where it keeps this share of its speed-up per GPU. */
const EFFICIENT = 0.99

/** Changes of degree and resumes on the way that a planned end leaves room for. */
const TRANSITIONS = 3

/** A request with the numbers that a round needs about it. */
export interface Job {
  readonly request: RequestView
  /** False inside a step: it can only be counted, and its GPUs be claimed for later. */
  readonly atBoundary: boolean
  readonly boundaryMs: number
  readonly left: WorkLeft
  /** Degrees that fit a node, ascending. */
  readonly degrees: readonly Mode[]
  /** Degree of least GPU time that meets its deadline; undefined where none does. */
  readonly needed: Mode | undefined
  /** GPU time that it still takes at that degree, or at the narrowest. */
  readonly gpuMs: number
  /** What setting it aside saves: GPU time per unit of weight. */
  readonly price: number
  /** Widest degree at which its GPU time is all but the least, and at least the needed one. */
  readonly width: number
}

/** @param widestNode GPUs of the largest node: no group is wider */
export function jobOf(request: RequestView, times: StepTimes, now: number, widestNode: number): Job {
  const boundary = boundaryMs(request, now)
  const left = workLeft(request, now)
  const degrees = degreesOf(request.shape, widestNode)
  // A request that only decodes has no transition ahead.
  const spareMs = left.steps > 0 ? TRANSITIONS * (times.switchMs + times.resumeMs) : 0
  let needed: Mode | undefined
  let least = Number.POSITIVE_INFINITY
  for (const mode of degrees) {
    const cost = gpuMsIn(left, mode)
    const onTime = boundary + durationIn(left, mode) + spareMs <= request.deadlineMs
    // Degrees ascend, so at equal cost the narrower one stays.
    if (onTime && cost < least - 1e-6) {
      needed = mode
      least = cost
    }
  }
  const gpuMs = gpuMsIn(left, needed ?? degrees[0]!)
  return {
    request,
    atBoundary: boundary <= now,
    boundaryMs: boundary,
    left,
    degrees,
    needed,
    gpuMs,
    price: gpuMs / request.weight,
    width: Math.max(needed?.sp ?? 0, efficientWidth(degrees)),
  }
}

/** Time that is left when it runs without a pause at this degree, encode and decode included. */
export function durationIn(left: WorkLeft, mode: Mode): number {
  return left.encodeMs + left.steps * mode.stepMs + left.decodeMs
}

function gpuMsIn(left: WorkLeft, mode: Mode): number {
  return left.encodeMs + left.steps * mode.stepMs * mode.sp + left.decodeMs
}

/** Speed-up per GPU of a degree, 1 for the narrowest. */
export function efficiency(degrees: readonly Mode[], mode: Mode): number {
  const base = degrees[0]!
  return (base.stepMs * base.sp) / (mode.stepMs * mode.sp)
}

function efficientWidth(degrees: readonly Mode[]): number {
  let width = degrees[0]!.sp
  for (const mode of degrees) if (efficiency(degrees, mode) >= EFFICIENT) width = Math.max(width, mode.sp)
  return width
}

function degreesOf(shape: ShapeTimes, widestNode: number): readonly Mode[] {
  const degrees = shape.modes.filter((mode) => mode.batch === shape.base.batch && mode.sp <= widestNode)
  return degrees.length > 0 ? degrees : [shape.base]
}
