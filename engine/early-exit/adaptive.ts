import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { DIVERGED_PATIENCE, DIVERGED_RATIO, findClearDivergence, startingLoss } from './clearly-diverged'
import { climb } from './climb'
import { hasArrived, indexAt, remainingSamples, sweepSamples, trainedSamples } from './curve'
import { explorationOrder, fillSlots } from './fill-slots'
import { horizonScores } from './horizon-score'
import { keepsAt, planLadder } from './ladder-plan'
import { firstNonFinite, stopNonFinite } from './non-finite'
import { findPastBest, PAST_BEST_RISE } from './past-best'
import type { EarlyExitPolicy } from './policy'
import { isAlive, waitsAt } from './rung'
import { mayStop, standing } from './standing'
import { stopDecision } from './stop-decision'
import { widen } from './widen'

export type AdaptiveParams = Record<'budget', number>

/** Whether the budget lets a run start, by its id. */
type Explored = Pick<ReadonlySet<string>, 'has'>

const EVERYBODY: Explored = { has: () => true }

/** Run-evaluations kept back, because evaluations fall on whole steps and so a little beside an even grid. */
const SLACK = 1

/** The last rungs wait for everybody: what is trained too much before one of them is saved on those after it. */
const CLOSED_RUNGS = 2

/** Our own: a ladder of gentle rungs within a budget of samples, ranked by a score that looks at the horizon. */
export const adaptive: EarlyExitPolicy<AdaptiveParams> = {
  name: 'adaptive',
  label: 'Adaptive',
  summary:
    'Many gentle cuts instead of one: fewer and fewer runs train on, within a budget of samples. Stopped runs are parked, never deleted, and come back when slots are idle.',
  parameters: {
    budget: {
      label: 'Budget',
      help: 'Share of the samples of the full sweep that may be trained. More is safer and saves less.',
      default: 0.2,
      min: 0.01,
      max: 1,
    },
  },
  decide(view, { budget }) {
    const plan = planLadder(view.runs.length, view.evaluationsPerRun, budget)
    const perEvaluation = sweepSamples(view.runs) / view.evaluationsPerRun
    const places = plan.rungs.map(({ evaluation }) => evaluation * perEvaluation)
    const explored = exploredRuns(view, plan.starts)
    const mayTrain = (run: RunView) =>
      !waitsAt(run, places[run.passedRung]) && (run.points.length > 0 || explored.has(run.id))

    const curves = [...stopNonFinite(view.runs), ...stopByCurve(view)]
    const afterCurves = applyDecisions(view, curves)
    const wanting = afterCurves.runs.filter((run) => isAlive(run) && mayTrain(run)).length
    const scoresAt = (index: number, runs: readonly RunView[]) =>
      horizonScores(view, runs, places[index]!, places[index]! / sweepSamples(view.runs))
    const rungs = plan.rungs.map(({ number }, index) => ({
      number,
      samples: places[index]!,
      rule: 'E63',
      scores: (arrived: readonly RunView[]) => scoresAt(index, arrived),
      keeps: (entrants: number, now: SweepView) => {
        const left = budgetLeft(now, budget, explored, places[index]!) / perEvaluation - SLACK
        const onwards = plan.rungs.slice(index).map(({ evaluation }) => evaluation)
        return keepsAt(onwards, view.evaluationsPerRun, entrants, left)
      },
      early: wanting < view.slots ? ('keep' as const) : ('nothing' as const),
      keepsEarly: (arrived: number, coming: number, keeps: number) =>
        wanting < view.slots && index < plan.rungs.length - CLOSED_RUNGS
          ? Math.floor((arrived * keeps) / (arrived + coming))
          : 0,
    }))
    const members = view.runs.filter((run) => run.points.length > 0 || explored.has(run.id))
    const cuts = climb(afterCurves, new Set(members.map(({ id }) => id)), rungs)
    const afterCuts = applyDecisions(afterCurves, cuts)
    const slots = fillSlots(afterCuts, mayTrain, (run) => -run.passedRung)
    const afterSlots = applyDecisions(afterCuts, slots)
    const scores = (passedRung: number) => {
      const peers = afterSlots.runs.filter((peer) => hasArrived(peer, places[passedRung]!))
      const values = scoresAt(passedRung, peers)
      return new Map(peers.map(({ id }, index) => [id, values[index]!]))
    }
    const wider = widen(afterSlots, { left: leftAtTheEnd(afterSlots, budget, explored), scores, mayTrain })
    const closing = closeUnexplored(applyDecisions(afterSlots, wider), explored)
    return [...curves, ...mergeWidened(afterCurves, cuts, wider), ...slots, ...closing]
  },
}

/** Rules E64 and E65. */
function stopByCurve(view: SweepView): ExitDecision[] {
  let known: number | undefined
  const start = () => (known ??= startingLoss(view.runs))
  const stops: ExitDecision[] = []
  for (const run of view.runs) {
    if (!isAlive(run) || firstNonFinite(run)) continue
    const diverged = mayStop(run, 'E64') && findClearDivergence(run, start)
    if (diverged) {
      stops.push(
        stopDecision(run, {
          rule: 'E64',
          reason: 'diverged',
          atSamples: diverged.samples,
          observed: diverged.ratio,
          threshold: DIVERGED_RATIO,
          evaluations: DIVERGED_PATIENCE,
        }),
      )
      continue
    }
    const past = mayStop(run, 'E65') && findPastBest(run.points, view.evaluationsPerRun)
    if (!past) continue
    stops.push(
      stopDecision(run, {
        rule: 'E65',
        reason: 'overfitting',
        atSamples: trainedSamples(run),
        observed: past.rise,
        threshold: PAST_BEST_RISE,
        evaluations: past.evaluations,
      }),
    )
  }
  return stops
}

/** Samples of the budget that are left once every run that is still coming has reached the rung. */
function budgetLeft(view: SweepView, budget: number, explored: Explored, rung: number): number {
  let left = 0
  for (const run of view.runs) {
    const arrival = run.points[indexAt(run, rung)]
    const coming = isAlive(run) && !run.stalled && (run.points.length > 0 || explored.has(run.id))
    left += budget * run.fullSamples - (arrival?.samples ?? (coming ? rung : trainedSamples(run)))
  }
  return left
}

/** Samples of the budget that are left if every living run trains to its end. */
function leftAtTheEnd(view: SweepView, budget: number, explored: Explored): number {
  let left = 0
  for (const run of view.runs) {
    const goesOn = isAlive(run) && (run.points.length > 0 || explored.has(run.id))
    left += budget * run.fullSamples - trainedSamples(run) - (goesOn ? remainingSamples(run) : 0)
  }
  return left
}

/** Ids of the runs that the budget lets start. */
function exploredRuns(view: SweepView, count: number): Explored {
  if (count >= view.runs.length) return EVERYBODY
  const order = view.runs
    .map((run) => ({ id: run.id, place: explorationOrder(view.seed, run.id), pinned: run.pinned }))
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || a.place - b.place || (a.id < b.id ? -1 : 1))
  return new Set(order.slice(0, count).map(({ id }) => id))
}

/** Rule E67: when all else has ended, runs that the budget never let start are closed. */
function closeUnexplored(view: SweepView, explored: Explored): ExitDecision[] {
  if (explored === EVERYBODY) return []
  const open = view.runs.filter(isAlive)
  const unexplored = open.filter((run) => run.points.length === 0 && !explored.has(run.id))
  if (unexplored.length < open.length) return []
  return unexplored
    .filter((run) => mayStop(run, 'E67'))
    .map((run) => stopDecision(run, { rule: 'E67', reason: 'budget', atSamples: 0 }))
}

/** A run that a rung cuts and that resumes at once is one decision: it is kept, by the rule that resumed it. */
function mergeWidened(
  view: SweepView,
  cuts: readonly ExitDecision[],
  wider: readonly ExitDecision[],
): ExitDecision[] {
  if (wider.length === 0) return [...cuts]
  const widened = new Map(wider.map((decision) => [decision.runId, decision]))
  const going = new Set(view.runs.filter((run) => standing(run) === 'going').map(({ id }) => id))
  const merged = cuts.map((cut): ExitDecision => {
    const resume = cut.kind === 'stop' ? widened.get(cut.runId) : undefined
    if (!resume) return cut
    widened.delete(cut.runId)
    const { reason: _, ...compared } = cut
    return { ...compared, kind: going.has(cut.runId) ? 'keep' : 'resume', rule: resume.rule, savedSamples: 0 }
  })
  return [...merged, ...widened.values()]
}
