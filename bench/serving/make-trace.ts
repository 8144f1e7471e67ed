import { type Random, random } from '../../engine/random'
import type { Mode, ShapeTimes, StepTimes } from '../../engine/serving/profile'
import { shapeKey } from '../../engine/serving/profile'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import { STEPS } from './paper-profile'

export interface TraceSpec {
  requests: number
  /** Share of videos among requests. */
  videoShare: number
  /** Offered load: see `offeredLoad`. The rate of arrivals follows from it. */
  load: number
  gpus: number
  /** Deadline = arrival + sigma · 1.5 · isolated latency on one GPU; two values: uniform between them. */
  sigma: readonly [number, number]
  /** Weights of the three sizes of each kind, ascending; `dirichlet`: drawn from Dirichlet(1, 1, 1) for each trace. */
  sizes: readonly [number, number, number] | 'dirichlet'
  /** Poisson, or bursts: a quarter of the time at `burst` times the rate of the rest. */
  burst: number
}

const IMAGE_SIZES = ['720p', '1024p', '1440p'] as const
const VIDEO_SIZES = ['256p', '480p', '720p'] as const
/** Length of a burst and of the quiet time after it, in mean gaps between arrivals. */
const BURST_GAPS = [15, 45] as const

/** Draws a trace; the same spec and seed give the same trace. */
export function makeTrace(spec: TraceSpec, seed: number, times: StepTimes): TraceRequest[] {
  const source = random(`serving-trace/${seed}`)
  const shapes = source.fork('shapes')
  const gaps = source.fork('gaps')
  const weights = (): readonly number[] =>
    spec.sizes === 'dirichlet' ? [1, 2, 3].map(() => shapes.exponential()) : spec.sizes
  const sizes = { image: weights(), video: weights() }
  const drawn = Array.from({ length: spec.requests }, () => {
    const kind = shapes.next() < spec.videoShare ? ('video' as const) : ('image' as const)
    const resolution = (kind === 'video' ? VIDEO_SIZES : IMAGE_SIZES)[draw(shapes, sizes[kind])]!
    const sigma = spec.sigma[0] + (spec.sigma[1] - spec.sigma[0]) * shapes.next()
    return { kind, resolution, frames: kind === 'video' ? 81 : 1, steps: STEPS, sigma }
  })
  const unscaled = arrivals(spec, gaps)
  const bare = drawn.map((request) => ({ ...request, shape: times.shapes.get(shapeKey(request))! }))
  const work = bare.reduce((sum, { shape, steps }) => sum + leastGpuMs(shape, steps), 0)
  const span = unscaled.at(-1)! - unscaled[0]!
  const scale = work / (spec.load * spec.gpus * span)
  return bare.map(({ shape, sigma, ...request }, index) => {
    const arrivalMs = Math.round((unscaled[index]! - unscaled[0]!) * scale * 1000) / 1000
    const isolatedMs = shape.encodeMs + request.steps * shape.base.stepMs + shape.decodeMs
    const deadlineMs = Math.round((arrivalMs + sigma * 1.5 * isolatedMs) * 1000) / 1000
    const id = `${request.kind === 'video' ? 'v' : 'i'}-${String(index).padStart(4, '0')}`
    return { id, arrivalMs, ...request, deadlineMs }
  })
}

/**
 * Offered load: the GPU time that all requests need in their cheapest mode (for images the best batch), over the GPU
 * time between the first and the last arrival. Above 1 not everything can be done while requests arrive.
 */
export function offeredLoad(trace: readonly TraceRequest[], gpus: number, times: StepTimes): number {
  let work = 0
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const request of trace) {
    work += leastGpuMs(times.shapes.get(shapeKey(request))!, request.steps)
    first = Math.min(first, request.arrivalMs)
    last = Math.max(last, request.arrivalMs)
  }
  return work / (gpus * (last - first))
}

/** Least GPU time of one request in any mode, milliseconds. */
export function leastGpuMs(shape: ShapeTimes, steps: number): number {
  const cost = (mode: Mode): number =>
    (mode.encodeMs + steps * mode.stepMs * mode.sp + mode.decodeMs) / mode.batch
  return Math.min(...shape.modes.map(cost))
}

function arrivals(spec: TraceSpec, gaps: Random): number[] {
  const times: number[] = []
  const [busy, quiet] = BURST_GAPS
  // The mean rate over a period is 1: a quarter of it at `burst` times the rate of the rest.
  const slow = (busy + quiet) / (busy * spec.burst + quiet)
  let at = 0
  for (let index = 0; index < spec.requests; index++) {
    const inBurst = at % (busy + quiet) < busy
    at += gaps.exponential() / (spec.burst === 1 ? 1 : inBurst ? slow * spec.burst : slow)
    times.push(at)
  }
  return times
}

function draw(source: Random, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let left = source.next() * total
  for (const [index, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return index
  }
  return weights.length - 1
}
