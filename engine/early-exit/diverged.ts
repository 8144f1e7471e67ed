import type { RunView } from '../model/tuning'
import { slope } from './slope'
import { smoothedTrainLoss } from './smoothed-loss'

export interface DivergedSettings {
  window: number
  patience: number
  slope: number
  smoothing: number
}

/**
 * Detector 1 of ALTO: the slopes of smoothed training loss and raw validation loss over the last `window` evaluations
 * were both at least `slope` (loss per evaluation) for `patience` evaluations in a row.
 *
 * @returns samples at which that first held and the smaller of the two slopes there
 */
export function findDivergence(
  run: RunView,
  settings: DivergedSettings,
): { samples: number; slope: number } | undefined {
  const train = smoothedTrainLoss(run.points, settings.smoothing)
  const validation = run.points.map(({ valLoss }) => valLoss ?? Number.NaN)
  let inARow = 0
  for (let end = settings.window; end <= run.points.length; end++) {
    const rise = Math.min(
      slope(train.slice(end - settings.window, end)),
      slope(validation.slice(end - settings.window, end)),
    )
    inARow = rise >= settings.slope ? inARow + 1 : 0
    if (inARow >= settings.patience) return { samples: run.points[end - 1]!.samples, slope: rise }
  }
  return undefined
}
