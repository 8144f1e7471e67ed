import type { EvalPoint, ExitDecision, RunView } from '../model/tuning'
import { alongCurve } from './along-curve'
import { mayStop } from './standing'
import { stopDecision } from './stop-decision'

/** Rule E3: a run that has a loss that is not a number stops at once. */
export function stopNonFinite(runs: readonly RunView[]): ExitDecision[] {
  const stops: ExitDecision[] = []
  for (const run of runs) {
    const point = mayStop(run, 'E3') && firstNonFinite(run)
    if (point) stops.push(stopDecision(run, { rule: 'E3', reason: 'non-finite', atSamples: point.samples }))
  }
  return stops
}

/** The first evaluation with a loss that is not a number. */
export function firstNonFinite(run: RunView): EvalPoint | undefined {
  return readNonFinite(run.points, undefined)
}

const readNonFinite = alongCurve<undefined, EvalPoint | undefined>(undefined, (before, points, index) => {
  const point = points[index]!
  return before ?? (point.trainLoss === null || point.valLoss === null ? point : undefined)
})
