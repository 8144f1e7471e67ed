import type { EvalPoint } from '../model/tuning'
import { alongCurve } from './along-curve'

/** Fewest evaluations after the best one. */
const PATIENCE = 4

/** Share of a run's evaluations that must lie after the best one. */
const PATIENCE_SHARE = 0.2

/** Rise above the best loss, in units of the usual change between two evaluations. */
export const PAST_BEST_RISE = 3

/** Index of the lowest validation loss, the first of equal ones; -1 from a loss on that is not above 0. */
const readBest = alongCurve<undefined, number>(0, (before, points, index) => {
  const loss = points[index]!.valLoss
  if (before < 0 || loss === null || loss <= 0) return -1
  return loss < points[before]!.valLoss! ? index : before
})

/**
 * Whether a run has its best behind it at its latest evaluation: validation loss has stayed clearly above its lowest for a fifth of the
 * training, by more than its own noise, while training loss has fallen. Measured in ln loss, so free of its scale.
 *
 * @returns rise in units of the noise and the evaluations since the best one, or undefined
 */
export function findPastBest(
  points: readonly EvalPoint[],
  evaluationsPerRun: number,
): { rise: number; evaluations: number } | undefined {
  const patience = Math.max(PATIENCE, Math.ceil(PATIENCE_SHARE * evaluationsPerRun))
  if (points.length < patience + 2) return undefined
  const best = readBest(points, undefined)
  const evaluations = points.length - 1 - best
  if (best < 0 || evaluations < patience) return undefined
  const losses = points.slice(-2 * patience - 1).map(({ valLoss }) => Math.log(valLoss!))
  const trainNow = mean(points.slice(-patience).map(({ trainLoss }) => trainLoss ?? Number.NaN))
  const rise = mean(losses.slice(-patience)) - Math.log(points[best]!.valLoss!)
  const noise = usualChange(losses)
  if (!(trainNow < points[best]!.trainLoss!) || !(rise > PAST_BEST_RISE * noise)) return undefined
  return { rise: rise / noise, evaluations }
}

/** Median of the absolute changes. */
function usualChange(values: readonly number[]): number {
  const changes = values.slice(1).map((value, index) => Math.abs(value - values[index]!))
  changes.sort((a, b) => a - b)
  return changes[Math.floor(changes.length / 2)]!
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
