import type { ExitDecision, RunView } from '../model/tuning'
import { mayStop } from './standing'
import { stopDecision } from './stop-decision'

/** Rule E3: a run that has a loss that is not a number stops at once. */
export function stopNonFinite(runs: readonly RunView[]): ExitDecision[] {
  const stops: ExitDecision[] = []
  for (const run of runs) {
    if (!mayStop(run, 'E3')) continue
    const point = run.points.find(({ trainLoss, valLoss }) => trainLoss === null || valLoss === null)
    if (point) stops.push(stopDecision(run, { rule: 'E3', reason: 'non-finite', atSamples: point.samples }))
  }
  return stops
}
