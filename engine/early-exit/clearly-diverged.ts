import type { RunView } from '../model/tuning'
import { alongCurve } from './along-curve'

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
  const { high } = readHighs(run.points, undefined)
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

interface Reading {
  lowestTrain: number
  lowestValidation: number
  /** Evaluations at which both losses were high, with how many times their lowest. */
  high: readonly { index: number; ratio: number }[]
  /** A loss that has no ratio ended it. */
  ended: boolean
}

const BEGIN: Reading = {
  lowestTrain: Number.POSITIVE_INFINITY,
  lowestValidation: Number.POSITIVE_INFINITY,
  high: [],
  ended: false,
}

const readHighs = alongCurve<undefined, Reading>(BEGIN, (before, points, index) => {
  const { trainLoss, valLoss } = points[index]!
  if (before.ended || trainLoss === null || valLoss === null) return { ...before, ended: true }
  const lowestTrain = Math.min(before.lowestTrain, trainLoss)
  const lowestValidation = Math.min(before.lowestValidation, valLoss)
  if (lowestTrain <= 0 || lowestValidation <= 0) return { ...before, ended: true }
  const ratio = Math.min(trainLoss / lowestTrain, valLoss / lowestValidation)
  const high = ratio >= DIVERGED_RATIO ? [...before.high, { index, ratio }] : before.high
  return { lowestTrain, lowestValidation, high, ended: false }
})
