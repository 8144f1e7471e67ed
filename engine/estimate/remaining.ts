import type { Interval } from '../model/cluster'
import { type StepModel, stepSeconds } from './step-seconds'

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
 * its policy is expected to train still, at the pace of full slots, and at least the longest run that goes to its end.
 */
export function remainingSeconds(input: RemainingInput): Interval {
  const left = input.live.map((run) => ({ ...run, samples: Math.max(0, run.fullSamples - run.samples) }))
  const most = left.reduce((sum, run) => sum + run.samples, 0)
  if (most === 0) return { p10: 0, p50: 0, p90: 0 }
  const least = left.reduce((few, run) => Math.min(few, run.samples), Number.POSITIVE_INFINITY)
  const batch = left.reduce((sum, run) => sum + run.batchSize * run.samples, 0) / most
  const running = Math.max(1, Math.min(input.slots, left.length))
  const perExecutor = running / Math.max(1, input.executors)
  const full = stepSeconds(input.step, perExecutor * batch * input.maxLength, input.gpusPerExecutor)
  const pace = (running * batch) / full

  const at = (quantile: keyof Interval): number => {
    const expected = input.share[quantile] * input.samplesFull - input.samplesUsed
    const samples = Math.min(most, Math.max(least, expected))
    // The longest run that goes to its end: all do where nothing is cut, the likely winner where much is.
    const cut = samples / most
    const longest = left.reduce((longest, run) => {
      const steps = run.samples / run.batchSize
      return cut > 0.99 || run.samples === least ? Math.max(longest, steps) : longest
    }, 0)
    const alone = stepSeconds(
      input.step,
      Math.max(1, cut * perExecutor) * batch * input.maxLength,
      input.gpusPerExecutor,
    )
    return Math.max(samples / pace, longest * alone) * PACE[quantile]
  }
  const p50 = at('p50')
  return { p10: Math.min(p50, at('p10')), p50, p90: Math.max(p50, at('p90')) }
}
