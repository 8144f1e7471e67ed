import type { RunView } from '../model/tuning'

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
 * @returns how many times its lowest the loss had become, or undefined
 */
export function findClearDivergence(
  run: RunView,
  start: number,
): { ratio: number; samples: number } | undefined {
  let [lowestTrain, lowestValidation] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let inARow = 0
  for (const { trainLoss, valLoss, samples } of run.points) {
    if (trainLoss === null || valLoss === null) return undefined
    lowestTrain = Math.min(lowestTrain, trainLoss)
    lowestValidation = Math.min(lowestValidation, valLoss)
    if (lowestTrain <= 0 || lowestValidation <= 0) return undefined
    const ratio = Math.min(trainLoss / lowestTrain, valLoss / lowestValidation)
    inARow = ratio >= DIVERGED_RATIO && valLoss >= start ? inARow + 1 : 0
    if (inARow >= DIVERGED_PATIENCE) return { ratio, samples }
  }
  return undefined
}
