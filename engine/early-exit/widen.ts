import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { remainingSamples, trainedSamples } from './curve'
import { isAlive } from './rung'
import { standing } from './standing'

export interface Widening {
  /** Samples of the budget that are left when every living run has trained to its end. */
  left: number
  /** Position of a run at the rung that cut it; lower is better. */
  score: (run: RunView) => number
  /** Whether a living run may train now. */
  mayTrain: (run: RunView) => boolean
}

/**
 * When slots are idle, the best of the runs that were cut resume for another rung: as long as the budget could pay for
 * them to the end (rule E66), or in slots that nobody else wants (rule E68).
 */
export function widen(view: SweepView, { left, score, mayTrain }: Widening): ExitDecision[] {
  const alive = view.runs.filter(isAlive)
  let idle = view.slots - alive.filter(mayTrain).length
  let spare = (view.spareSlots ?? 0) - alive.filter(({ onSpare }) => onSpare).length
  let budget = left
  if (idle <= 0 || (spare <= 0 && budget <= 0)) return []
  const resumed: ExitDecision[] = []
  for (const run of parkedFromBest(view, score)) {
    const isPaid = remainingSamples(run) <= budget
    if (idle <= 0) break
    if (!isPaid && spare <= 0) continue
    if (isPaid) budget -= remainingSamples(run)
    else spare--
    idle--
    resumed.push({
      kind: 'resume',
      runId: run.id,
      rule: isPaid ? 'E66' : 'E68',
      rung: run.passedRung + 1,
      atSamples: trainedSamples(run),
      observed: null,
      threshold: null,
      peers: [],
      savedSamples: 0,
    })
  }
  return resumed
}

/** Runs that the ladder cut, from the highest rung and the best place there. */
function parkedFromBest(view: SweepView, score: (run: RunView) => number): RunView[] {
  return view.runs
    .filter((run) => standing(run) === 'out' && run.stopReason === 'underperforming' && !run.audited)
    .map((run) => ({ run, score: score(run) }))
    .sort(
      (a, b) => b.run.passedRung - a.run.passedRung || a.score - b.score || (a.run.id < b.run.id ? -1 : 1),
    )
    .map(({ run }) => run)
}
