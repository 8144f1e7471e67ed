import { alongCurve } from './along-curve'
import { smoothTrainLoss } from './smoothed-loss'

export interface OverfittingSettings {
  patience: number
  tau_gap: number
  smoothing: number
}

interface Reading {
  smoothed: number
  inARow: number
  found?: { samples: number; gap: number }
}

const BEGIN: Reading = { smoothed: Number.NaN, inARow: 0 }

const readOverfitting = alongCurve(BEGIN, (before, points, index, settings: OverfittingSettings) => {
  if (before.found) return before
  const { patience, tau_gap, smoothing } = settings
  const point = points[index]!
  const smoothed = smoothTrainLoss(before.smoothed, point, smoothing)
  const gap = smoothed > 0 && point.valLoss !== null ? (point.valLoss - smoothed) / smoothed : 0
  const inARow = gap > tau_gap ? before.inARow + 1 : 0
  return { smoothed, inARow, found: inARow >= patience ? { samples: point.samples, gap } : undefined }
})

/**
 * Detector 2 of ALTO: (validation loss − smoothed training loss) / smoothed training loss was above `tau_gap` for
 * `patience` evaluations in a row. A training loss of 0 or less gives no gap.
 *
 * @returns samples at which that first held and the gap there
 */
export function findOverfitting(
  ...curve: Parameters<typeof readOverfitting>
): { samples: number; gap: number } | undefined {
  return readOverfitting(...curve).found
}
