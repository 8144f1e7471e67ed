import { alongCurve } from './along-curve'
import { slope } from './slope'
import { smoothTrainLoss } from './smoothed-loss'

export interface DivergedSettings {
  window: number
  patience: number
  tau_slope: number
  smoothing: number
}

interface Reading {
  /** The last `window` smoothed training losses. */
  train: readonly number[]
  inARow: number
  found?: { samples: number; slope: number }
}

const BEGIN: Reading = { train: [], inARow: 0 }

const readDivergence = alongCurve(BEGIN, (before, points, index, settings: DivergedSettings) => {
  if (before.found) return before
  const { window, patience, tau_slope, smoothing } = settings
  const smoothed = smoothTrainLoss(before.train.at(-1) ?? Number.NaN, points[index]!, smoothing)
  const train = [...before.train.slice(-window + 1), smoothed]
  if (train.length < window) return { train, inARow: 0 }
  const validation = points.slice(index + 1 - window, index + 1).map(({ valLoss }) => valLoss ?? Number.NaN)
  const rise = Math.min(slope(train), slope(validation))
  const inARow = rise >= tau_slope ? before.inARow + 1 : 0
  const found = inARow >= patience ? { samples: points[index]!.samples, slope: rise } : undefined
  return { train, inARow, found }
})

/**
 * Detector 1 of ALTO: the slopes of smoothed training loss and raw validation loss over the last `window` evaluations
 * were both at least `tau_slope` (loss per evaluation) for `patience` evaluations in a row.
 *
 * @returns samples at which that first held and the smaller of the two slopes there
 */
export function findDivergence(
  ...curve: Parameters<typeof readDivergence>
): { samples: number; slope: number } | undefined {
  return readDivergence(...curve).found
}
