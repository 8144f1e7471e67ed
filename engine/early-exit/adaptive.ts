import type { RunView, SweepView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { climb } from './climb'
import { indexAt, sweepSamples, trainedSamples } from './curve'
import { explorationOrder, fillSlots } from './fill-slots'
import { horizonScores } from './horizon-score'
import { keepsAt, planLadder } from './ladder-plan'
import { stopNonFinite } from './non-finite'
import type { EarlyExitPolicy } from './policy'
import { isAlive, waitsAt } from './rung'

export type AdaptiveParams = Record<'budget', number>

/** Run-evaluations kept back, because evaluations fall on whole steps and so a little beside an even grid. */
const SLACK = 1

/** Our own: a ladder of gentle rungs within a budget of samples, ranked by a score that looks at the horizon. */
export const adaptive: EarlyExitPolicy<AdaptiveParams> = {
  name: 'adaptive',
  label: 'Adaptive',
  summary:
    'Many gentle cuts instead of one: the number of runs that train falls as they get further, within a budget of samples. Stopped runs are parked, never deleted.',
  parameters: {
    budget: {
      label: 'Budget',
      help: 'Share of the samples of the full sweep that may be trained. More is safer and saves less.',
      default: 0.19,
      min: 0.01,
      max: 1,
    },
  },
  decide(view, { budget }) {
    const broken = stopNonFinite(view.runs)
    const after = applyDecisions(view, broken)
    const plan = planLadder(view.runs.length, view.evaluationsPerRun, budget)
    const explored = firstInOrder(view, plan.starts)
    const samplesPerEvaluation = sweepSamples(view.runs) / view.evaluationsPerRun
    const places = plan.rungs.map(({ evaluation }) => evaluation * samplesPerEvaluation)
    const mayTrain = (run: RunView) =>
      isAlive(run) && !waitsAt(run, places[run.passedRung]) && (run.points.length > 0 || explored.has(run.id))
    const hasIdleSlots = after.runs.filter(mayTrain).length < view.slots

    const rungs = plan.rungs.map(({ number, evaluation }, index) => ({
      number,
      samples: places[index]!,
      rule: 'E63',
      scores: (arrived: readonly RunView[]) =>
        horizonScores(view, arrived, places[index]!, evaluation / view.evaluationsPerRun),
      keeps: (entrants: number) => {
        const left = budgetLeft(view, budget, places[index]!) / samplesPerEvaluation - SLACK
        return keepsAt(evaluation, view.evaluationsPerRun, entrants, left)
      },
      early: hasIdleSlots ? ('keep' as const) : ('nothing' as const),
    }))
    const cuts = climb(after, new Set(view.runs.map(({ id }) => id)), rungs)
    const slots = fillSlots(applyDecisions(after, cuts), mayTrain, (run) => -run.passedRung)
    return [...broken, ...cuts, ...slots]
  },
}

/** Samples of the budget that are left once every run that is still coming has reached the rung. */
function budgetLeft(view: SweepView, budget: number, rung: number): number {
  let left = 0
  for (const run of view.runs) {
    const arrival = run.points[indexAt(run, rung)]
    const coming = isAlive(run) && !run.stalled && run.points.length > 0
    left += budget * run.fullSamples - (arrival?.samples ?? (coming ? rung : trainedSamples(run)))
  }
  return left
}

/** Ids of the runs that the budget lets start. */
function firstInOrder(view: SweepView, count: number): ReadonlySet<string> {
  const order = view.runs
    .map((run) => ({ id: run.id, place: explorationOrder(view.seed, run.id), pinned: run.pinned }))
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || a.place - b.place || (a.id < b.id ? -1 : 1))
  return new Set(order.slice(0, count).map(({ id }) => id))
}
