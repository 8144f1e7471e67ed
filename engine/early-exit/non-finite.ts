import type { ExitDecision, RunView } from '../model/tuning'
import { oncePerCurve } from './once-per-curve'
import { mayStop } from './standing'
import { stopDecision } from './stop-decision'

/** Rule E3: a run that has a loss that is not a number stops at once. */
export function stopNonFinite(runs: readonly RunView[]): ExitDecision[] {
  const stops: ExitDecision[] = []
  for (const run of runs) {
    const point = firstNonFinite(run.points, undefined)
    if (point && mayStop(run, 'E3'))
      stops.push(stopDecision(run, { rule: 'E3', reason: 'non-finite', atSamples: point.samples }))
  }
  return stops
}

/** The first evaluation with a loss that is not a number. */
export const firstNonFinite = oncePerCurve((points) =>
  points.find(({ trainLoss, valLoss }) => trainLoss === null || valLoss === null),
)
