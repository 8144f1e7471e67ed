import type { SweepSpec } from '@/contracts/sweep-spec'
import { expandSearch, type Search } from '@/engine/search/expand-search'
import type { Configuration } from '@/engine/search/space'

export function searchOf(spec: SweepSpec): Search {
  return { method: spec.method, parameters: spec.parameters, runs: spec.runs, seed: spec.seed }
}

/** Configurations that exist when the sweep starts. */
export function expandSpec(spec: SweepSpec): Configuration[] {
  return expandSearch(searchOf(spec))
}

/** Epochs where neither epochs nor steps are given. */
export const DEFAULT_EPOCHS = 3

/** Optimizer steps and samples of a full training; `null` before the data are known. */
export function fullTraining(
  spec: SweepSpec,
  batchSize: number,
  trainSamples: number | null,
): { totalSteps: number; fullSamples: number } | null {
  const steps =
    spec.max_steps ??
    (trainSamples === null
      ? null
      : Math.max(1, Math.ceil(((spec.epochs ?? DEFAULT_EPOCHS) * trainSamples) / batchSize)))
  return steps === null ? null : { totalSteps: steps, fullSamples: steps * batchSize }
}
