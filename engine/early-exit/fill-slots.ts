import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { hash32 } from '../random'
import { trainedSamples } from './curve'
import { standing } from './standing'

/**
 * Gives free slots to pending runs (rule E7): pinned ones first, then by `urgency` (higher first), then in an order
 * drawn from the sweep's seed, so that a sweep with few slots explores its space evenly and not along the grid.
 *
 * @param mayTrain false for a run that has to wait for its peers
 */
export function fillSlots(
  view: SweepView,
  mayTrain: (run: RunView) => boolean,
  urgency: (run: RunView) => number = trainedSamples,
): ExitDecision[] {
  const busy = view.runs.filter((run) => standing(run) === 'going').length
  const free = view.slots - busy
  if (free <= 0) return []
  return view.runs
    .filter((run) => standing(run) === 'pending' && mayTrain(run))
    .map((run) => ({ run, urgency: urgency(run), order: explorationOrder(view.seed, run.id) }))
    .sort(
      (a, b) =>
        Number(b.run.pinned) - Number(a.run.pinned) ||
        b.urgency - a.urgency ||
        a.order - b.order ||
        (a.run.id < b.run.id ? -1 : 1),
    )
    .slice(0, free)
    .map(({ run }) => ({
      kind: run.points.length === 0 ? 'start' : 'resume',
      runId: run.id,
      rule: 'E7',
      atSamples: trainedSamples(run),
      observed: null,
      threshold: null,
      peers: [],
      savedSamples: 0,
    }))
}

/** A run's place in the order of exploration: a number that depends on nothing but the seed and the run. */
export function explorationOrder(seed: number, runId: string): number {
  return hash32(`${seed}/${runId}`)
}
