import type { EvalPoint } from '../model/tuning'

/**
 * Training loss smoothed by an exponential moving average, l̂ₜ = a·lₜ + (1−a)·l̂ₜ₋₁ (ALTO, section 5).
 * Points without a finite loss repeat the value before.
 *
 * @param weight a: weight of the newest value, above 0 and at most 1
 */
export function smoothedTrainLoss(points: readonly EvalPoint[], weight: number): number[] {
  let smoothed = Number.NaN
  return points.map(({ trainLoss }) => {
    if (trainLoss !== null)
      smoothed = Number.isNaN(smoothed) ? trainLoss : weight * trainLoss + (1 - weight) * smoothed
    return smoothed
  })
}
