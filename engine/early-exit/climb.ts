import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { bestLoss, hasArrived, indexAt } from './curve'
import { decideRung, isAlive, type Rung } from './rung'

/** Rungs of a successive-halving ladder: shares grace·reductionᵏ of a full training, below 1. */
export function halvingShares(grace: number, reduction: number): number[] {
  const shares: number[] = []
  for (let share = grace; share < 1 - 1e-9; share *= reduction) shares.push(share)
  return shares
}

/** Scores runs by the best validation loss that they had reached by the evaluation at `samples`. */
export function bestBy(samples: number): (runs: readonly RunView[]) => number[] {
  return (runs) => runs.map((run) => bestLoss(run.points.slice(0, indexAt(run, samples) + 1)))
}

/** A rung of a ladder; how many it keeps may depend on the sweep as it stands once the rungs below are decided. */
export interface LadderRung extends Omit<Rung, 'entrants' | 'below' | 'keeps'> {
  keeps: (entrants: number, now: SweepView) => number
}

/**
 * Decides the rungs of one ladder from the lowest to the highest; a run that passes one may be judged at the next at
 * once if it has already trained that far.
 *
 * @param members ids of the runs on this ladder
 */
export function climb(
  view: SweepView,
  members: ReadonlySet<string>,
  rungs: readonly LadderRung[],
): ExitDecision[] {
  const decisions: ExitDecision[] = []
  let now = view
  for (const rung of rungs) {
    const hasOpen = (run: RunView) =>
      run.passedRung === rung.number - 1 &&
      isAlive(run) &&
      members.has(run.id) &&
      hasArrived(run, rung.samples)
    if (!now.runs.some(hasOpen)) continue
    const onLadder = now.runs.filter((run) => members.has(run.id))
    const entrants = onLadder.filter((run) => run.passedRung >= rung.number - 1)
    const below = onLadder.filter(
      (run) => run.passedRung < rung.number - 1 && isAlive(run) && !run.stalled,
    ).length
    const before = now
    const keeps = (count: number) => rung.keeps(count, before)
    const taken = decideRung({ ...rung, entrants, below, keeps })
    decisions.push(...taken)
    now = applyDecisions(before, taken)
  }
  return decisions
}
