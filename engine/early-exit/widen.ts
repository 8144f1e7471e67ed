import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { remainingSamples, trainedSamples } from './curve'
import { isAlive } from './rung'

export interface Widening {
  /** Samples of the budget that are left when every living run has trained to its end. */
  left: number
  /** Scores by run at the rung after that many passed ones; lower is better. */
  scores: (passedRung: number) => ReadonlyMap<string, number>
  /** Whether a living run may train now. */
  mayTrain: (run: RunView) => boolean
}

/**
 * When slots are idle, the best of the runs that were cut resume for another rung: as long as the budget could pay for
 * them to the end (rule E66), or in slots that nobody else wants (rule E68).
 */
export function widen(view: SweepView, { left, scores, mayTrain }: Widening): ExitDecision[] {
  const alive = view.runs.filter(isAlive)
  let idle = view.slots - alive.filter(mayTrain).length
  let spare = (view.spareSlots ?? 0) - alive.filter(({ onSpare }) => onSpare).length
  let budget = left
  const parked = view.runs.filter(isCut)
  const cheapest = Math.min(...parked.map(remainingSamples))
  if (idle <= 0 || parked.length === 0 || (spare <= 0 && budget < cheapest)) return []
  const resumed: ExitDecision[] = []
  for (const run of fromBest(parked, scores)) {
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

function isCut(run: RunView): boolean {
  return run.state === 'parked' && run.stopReason === 'underperforming' && !run.audited
}

/** From the highest rung and the best place there. */
function fromBest(parked: readonly RunView[], scores: Widening['scores']): RunView[] {
  const byRung = new Map<number, ReadonlyMap<string, number>>()
  for (const { passedRung } of parked) {
    if (!byRung.has(passedRung)) byRung.set(passedRung, scores(passedRung))
  }
  return parked
    .map((run) => ({ run, score: byRung.get(run.passedRung)!.get(run.id) ?? Number.POSITIVE_INFINITY }))
    .sort(
      (a, b) => b.run.passedRung - a.run.passedRung || a.score - b.score || (a.run.id < b.run.id ? -1 : 1),
    )
    .map(({ run }) => run)
}
