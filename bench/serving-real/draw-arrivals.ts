import { random } from '../../engine/random'
import { type Shape, type ShapeTimes, type StepTimes, shapeKey } from '../../engine/serving/profile'
import { shapeTimesOf } from '../../engine/serving/shape-times'
import type { TraceRequest } from '../../engine/sim/serving/trace'

/**
 * What is asked for, and how often. The larger of what the built-in models take: their steps are as long as those of
 * small images on a GPU, so that a message costs as little beside them as it does there.
 */
const MIX: readonly { shape: Shape; steps: number; weight: number }[] = [
  { shape: { kind: 'image', resolution: '112x112', frames: 1 }, steps: 25, weight: 3 },
  { shape: { kind: 'image', resolution: '128x128', frames: 1 }, steps: 30, weight: 3 },
  { shape: { kind: 'video', resolution: '48x48', frames: 8 }, steps: 30, weight: 2 },
  { shape: { kind: 'video', resolution: '64x64', frames: 8 }, steps: 30, weight: 2 },
]
/** Deadlines are σ · 1.5 · isolated latency after the arrival, σ uniform between these. */
const SIGMA = [1, 2] as const

/**
 * Poisson arrivals over `seconds`, at `load` times what the GPUs can do one request at a time. The same profile and seed
 * give the same arrivals.
 *
 * @throws where nothing of a kind was measured
 */
export function drawArrivals(
  times: StepTimes,
  { seconds, load, gpus, seed }: { seconds: number; load: number; gpus: number; seed: number },
): TraceRequest[] {
  const source = random(`serving-real/${seed}`)
  const mix = MIX.map((one) => ({ ...one, isolatedMs: isolatedMs(timesIn(times, one.shape), one.steps) }))
  const weights = mix.reduce((sum, one) => sum + one.weight, 0)
  const meanMs = mix.reduce((sum, one) => sum + (one.weight * one.isolatedMs) / weights, 0)
  const gapMs = meanMs / (load * gpus)
  const trace: TraceRequest[] = []
  for (let atMs = source.exponential() * gapMs; atMs < seconds * 1000; atMs += source.exponential() * gapMs) {
    const drawn = pickFrom(mix, source.next() * weights)
    const sigma = SIGMA[0] + (SIGMA[1] - SIGMA[0]) * source.next()
    const arrivalMs = Math.round(atMs)
    const { shape, steps } = drawn
    const deadlineMs = arrivalMs + Math.round(sigma * 1.5 * drawn.isolatedMs)
    trace.push({ id: String(trace.length), arrivalMs, ...shape, steps, deadlineMs })
  }
  return trace
}

/** The one in whose part of the sum of weights `point` lies. */
function pickFrom<T extends { weight: number }>(mix: readonly T[], point: number): T {
  let upTo = 0
  for (const one of mix) {
    upTo += one.weight
    if (point < upTo) return one
  }
  return mix.at(-1)!
}

function timesIn(times: StepTimes, shape: Shape): ShapeTimes {
  const found = shapeTimesOf(times, shape)
  if (!found) throw new Error(`Nothing like ${shapeKey(shape)} was measured by the probe.`)
  return found
}

function isolatedMs({ base, encodeMs, decodeMs }: ShapeTimes, steps: number): number {
  return encodeMs + steps * base.stepMs + decodeMs
}

/** Milliseconds of the shortest step that the mix has. */
export function shortestStepMs(times: StepTimes): number {
  return Math.min(...MIX.map(({ shape }) => timesIn(times, shape).base.stepMs))
}
