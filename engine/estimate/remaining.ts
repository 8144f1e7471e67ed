import type { Interval } from '../model/cluster'
import type { StepModel } from '../model/snapshot'
import { stepSeconds } from './step-seconds'

/** What a forecast of a sweep's remaining time is made from. */
export interface RemainingInput {
  /** Runs that train or may train. */
  live: readonly { samples: number; fullSamples: number; batchSize: number }[]
  /** Samples trained so far and samples of a full training, over all runs. */
  samplesUsed: number
  samplesFull: number
  /** Share of all samples that the policy is expected to train. */
  share: Interval
  /** Adapters that train at the same time, over all executors of the sweep. */
  slots: number
  executors: number
  gpusPerExecutor: number
  maxLength: number
  step: StepModel
}

/** Half-width of the uncertainty of step times, as a factor: neighbours change, clocks drift. */
const PACE = { p10: 0.95, p50: 1, p90: 1.1 }

/**
 * Remaining seconds of a sweep on its gang, exits included (rules F1 to F4 of `docs/spec/forecast.md`): the samples that
 * its policy is expected to train still. Each token costs its time once; the fixed part of a step is paid for as many
 * steps as full slots need, and at least for the longest run that goes to its end.
 */
export function remainingSeconds(input: RemainingInput): Interval {
  const left = input.live.map((run) => {
    const samples = Math.max(0, run.fullSamples - run.samples)
    return { samples, steps: samples / run.batchSize }
  })
  const most = left.reduce((sum, run) => sum + run.samples, 0)
  if (most === 0) return { p10: 0, p50: 0, p90: 0 }
  const steps = left.reduce((sum, run) => sum + run.steps, 0)
  const least = left.reduce((few, run) => Math.min(few, run.samples), Number.POSITIVE_INFINITY)
  const longest = left.reduce((long, run) => Math.max(long, run.steps), 0)
  const nearest = left.reduce((short, run) => Math.min(short, run.steps), Number.POSITIVE_INFINITY)
  const executors = Math.max(1, input.executors)
  const slots = Math.max(1, input.slots)

  const at = (quantile: keyof Interval): number => {
    const expected = input.share[quantile] * input.samplesFull - input.samplesUsed
    const samples = Math.min(most, Math.max(least, expected))
    // Where nothing is cut, all runs go to their end; where much is, the likely winner does.
    const path = samples >= 0.99 * most ? longest : nearest
    const rounds = Math.max(path, ((samples / most) * steps) / slots)
    const tokens = (samples * input.maxLength) / executors
    const seconds =
      rounds * input.step.baseSeconds +
      stepSeconds({ ...input.step, baseSeconds: 0 }, tokens, input.gpusPerExecutor)
    return seconds * PACE[quantile]
  }
  const p50 = at('p50')
  return { p10: Math.min(p50, at('p10')), p50, p90: Math.max(p50, at('p90')) }
}
