import type { RunView } from '../model/tuning'
import { oncePerCurve } from './once-per-curve'

/** Evaluations in a row. */
export const DIVERGED_PATIENCE = 3

/** Both losses at this many times their lowest. */
export const DIVERGED_RATIO = 2

/** Validation loss at which the middle of the sweep began; Infinity before there is one. */
export function startingLoss(runs: readonly RunView[]): number {
  const first = runs.flatMap(({ points }) => points[0]?.valLoss ?? []).sort((a, b) => a - b)
  return first[Math.floor(first.length / 2)] ?? Number.POSITIVE_INFINITY
}

/**
 * Whether a run has clearly diverged: for three evaluations in a row both its losses were at least twice their lowest
 * and its validation loss was no better than where the sweep began. Anything milder is left to the ladder, since runs
 * with a decaying rate come back from it.
 *
 * @param start validation loss at which the sweep began; asked for only where it matters
 * @returns how many times its lowest the loss had become, or undefined
 */
export function findClearDivergence(
  run: RunView,
  start: () => number,
): { ratio: number; samples: number } | undefined {
  const high = highEvaluations(run.points, undefined)
  if (high.length < DIVERGED_PATIENCE) return undefined
  const from = start()
  let inARow = 0
  let last = -1
  for (const { index, ratio } of high) {
    const { valLoss, samples } = run.points[index]!
    inARow = valLoss! >= from ? (index === last + 1 ? inARow + 1 : 1) : 0
    last = index
    if (inARow >= DIVERGED_PATIENCE) return { ratio, samples }
  }
  return undefined
}

/** Evaluations at which both losses were high, with how many times their lowest; up to the first loss that has no ratio. */
const highEvaluations = oncePerCurve((points) => {
  const high: { index: number; ratio: number }[] = []
  let [lowestTrain, lowestValidation] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const [index, { trainLoss, valLoss }] of points.entries()) {
    if (trainLoss === null || valLoss === null) break
    lowestTrain = Math.min(lowestTrain, trainLoss)
    lowestValidation = Math.min(lowestValidation, valLoss)
    if (lowestTrain <= 0 || lowestValidation <= 0) break
    const ratio = Math.min(trainLoss / lowestTrain, valLoss / lowestValidation)
    if (ratio >= DIVERGED_RATIO) high.push({ index, ratio })
  }
  return high
})
