import type { RunView } from '../model/tuning'
import { smoothedTrainLoss } from './smoothed-loss'

export interface OverfittingSettings {
  patience: number
  gap: number
  smoothing: number
}

/**
 * Detector 2 of ALTO: (validation loss − smoothed training loss) / smoothed training loss was above `gap` for
 * `patience` evaluations in a row. A training loss of 0 or less gives no gap.
 *
 * @returns samples at which that first held and the gap there
 */
export function findOverfitting(
  run: RunView,
  settings: OverfittingSettings,
): { samples: number; gap: number } | undefined {
  const train = smoothedTrainLoss(run.points, settings.smoothing)
  let inARow = 0
  for (const [index, point] of run.points.entries()) {
    const smoothed = train[index]!
    const gap = smoothed > 0 && point.valLoss !== null ? (point.valLoss - smoothed) / smoothed : 0
    inARow = gap > settings.gap ? inARow + 1 : 0
    if (inARow >= settings.patience) return { samples: point.samples, gap }
  }
  return undefined
}
