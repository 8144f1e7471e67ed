import type { EvalPoint } from '../model/tuning'

/**
 * Training loss smoothed by an exponential moving average, l̂ₜ = a·lₜ + (1−a)·l̂ₜ₋₁ (ALTO, section 5).
 * A point without a finite loss repeats the value before.
 *
 * @param before l̂ₜ₋₁; NaN before the first finite loss
 * @param weight a: weight of the newest value, above 0 and at most 1
 */
export function smoothTrainLoss(before: number, { trainLoss }: EvalPoint, weight: number): number {
  if (trainLoss === null) return before
  return Number.isNaN(before) ? trainLoss : weight * trainLoss + (1 - weight) * before
}
