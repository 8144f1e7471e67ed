import type { StopReason } from '../model/reasons'
import type { ExitDecision, RunView } from '../model/tuning'
import { bestLoss, remainingSamples } from './curve'

export interface Stop extends Partial<ExitDecision> {
  rule: string
  reason: StopReason
  atSamples: number
}

/** The row of a stop, with what it saves and the best loss that the run keeps. */
export function stopDecision(run: RunView, stop: Stop): ExitDecision {
  const best = bestLoss(run.points)
  return {
    kind: 'stop',
    runId: run.id,
    observed: null,
    threshold: null,
    peers: [],
    savedSamples: remainingSamples(run),
    ...(Number.isFinite(best) ? { bestLoss: best } : {}),
    ...stop,
  }
}
