import { completeConfiguration } from './complete-configuration'
import { countGrid, expandGrid } from './expand-grid'
import { sampleRandom } from './sample-random'
import type { Configuration, Space } from './space'

export interface Search {
  method: 'grid' | 'random' | 'tpe'
  parameters: Space
  /** For random and tpe. */
  runs?: number
  seed: number
}

/** TPE draws so many at random before its model of good and bad values says anything (Optuna's default). */
export const TPE_START_RUNS = 10

/** Runs that a search makes in the end. */
export function countSearch(search: Search): number {
  return search.method === 'grid' ? countGrid(search.parameters) : (search.runs ?? 0)
}

/**
 * Configurations that exist when a sweep starts: all of a grid or a random search, the random start of TPE. The same
 * search gives the same configurations.
 */
export function expandSearch(search: Search): Configuration[] {
  const { method, parameters, seed } = search
  const runs = search.runs ?? 0
  const chosen =
    method === 'grid'
      ? expandGrid(parameters)
      : sampleRandom(parameters, method === 'tpe' ? Math.min(runs, TPE_START_RUNS) : runs, seed)
  return chosen.map((one) => completeConfiguration(one, seed))
}
