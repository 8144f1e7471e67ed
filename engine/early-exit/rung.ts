import type { EvalPoint, ExitDecision, RunView } from '../model/tuning'
import { hasArrived, indexAt } from './curve'
import { mayStop, standing } from './standing'
import { stopDecision } from './stop-decision'

/** A comparison of runs after equal samples. */
export interface Rung {
  /** From 1. */
  number: number
  /** Where on the axis of samples it lies. */
  samples: number
  /** Rule id of its decisions. */
  rule: string
  /** Runs that passed the rung before, whatever became of them since. */
  entrants: readonly RunView[]
  /** Runs further down that may still come up. */
  below: number
  /** One number for each of the runs that have arrived; lower is better. */
  scores: (arrived: readonly RunView[]) => readonly number[]
  /** How many of this many entrants go on. */
  keeps: (entrants: number) => number
  /**
   * What may be decided while runs are coming, where it holds even if all of them were better (`keep`) or worse
   * (`stop`). Where scores depend on who has arrived, a stop can wait: a paused run costs nothing.
   */
  early: 'keep-and-stop' | 'keep' | 'nothing'
  /** How many of those that have arrived may go on while others are still coming, of all that it keeps; 0 if not given. */
  keepsEarly?: (arrived: number, coming: number, keeps: number) => number
}

/**
 * Decides a rung as far as it can be decided (rules E12 to E14): when nobody is coming any more, everything; until then
 * what is sure already, while the rest pause and give their slots to others.
 */
export function decideRung(rung: Rung): ExitDecision[] {
  const arrived = rung.entrants.filter((run) => isCompared(run) && hasArrived(run, rung.samples))
  const open = arrived.filter((run) => isAlive(run) && run.passedRung < rung.number)
  if (open.length === 0) return []
  const near = rung.entrants.filter((run) => isAlive(run) && !run.stalled && !hasArrived(run, rung.samples))
  const coming = near.length + rung.below
  if (coming > 0 && rung.early === 'nothing' && !rung.keepsEarly)
    return open.flatMap((run) => wait(run, rung))
  const keeps = rung.keeps(arrived.length + coming)
  const early = coming > 0 ? (rung.keepsEarly?.(arrived.length, coming, keeps) ?? 0) : 0
  const sureToStay = coming === 0 || rung.early !== 'nothing' ? keeps - coming : 0
  const sureToGo = coming === 0 || rung.early === 'keep-and-stop' ? keeps : Number.POSITIVE_INFINITY
  if (Math.max(early, sureToStay) <= 0 && arrived.length <= sureToGo)
    return open.flatMap((run) => wait(run, rung))

  const scores = rung.scores(arrived)
  const ranked = arrived
    .map((run, index) => ({ run, score: scores[index]! }))
    .sort((a, b) => a.score - b.score || (a.run.id < b.run.id ? -1 : 1))
  const threshold = finite(ranked[Math.min(keeps, ranked.length) - 1]!.score)
  const peers = ranked.map(({ run, score }, index) => {
    return { runId: run.id, value: finite(score) ?? Number.MAX_VALUE, kept: index < keeps }
  })
  const places = new Map(ranked.map(({ run }, index) => [run, index]))
  return open.flatMap((run) => {
    const index = places.get(run)!
    const compared = { observed: finite(ranked[index]!.score), threshold, place: index + 1, keeps, peers }
    if (mayStop(run, rung.rule) && index >= sureToGo) {
      const spread = spreadOf(run.points.slice(0, indexAt(run, rung.samples) + 1))
      return [stopDecision(run, { reason: 'underperforming', ...at(run, rung), ...compared, spread })]
    }
    const isKept = !mayStop(run, rung.rule) || index < Math.max(early, sureToStay)
    return isKept ? [{ ...blank(run, rung), kind: 'keep', ...compared }] : wait(run, rung)
  })
}

/** A run that cannot be decided yet gives its slot to others, unless no rule may stop it. */
function wait(run: RunView, rung: Rung): ExitDecision[] {
  if (!mayStop(run, rung.rule)) return [{ ...blank(run, rung), kind: 'keep' }]
  return standing(run) === 'going' ? [{ ...blank(run, rung), kind: 'pause' }] : []
}

function at(run: RunView, rung: Rung) {
  return {
    rule: rung.rule,
    rung: rung.number,
    atSamples: run.points[indexAt(run, rung.samples)]!.samples,
  }
}

function blank(run: RunView, rung: Rung): Omit<ExitDecision, 'kind'> {
  return { runId: run.id, ...at(run, rung), observed: null, threshold: null, peers: [], savedSamples: 0 }
}

/** Evaluations whose changes say how much the loss of a run moves by itself. */
const SPREAD_OVER = 4

/** Standard deviation of the last changes of the validation loss; undefined before there are two. */
function spreadOf(points: readonly EvalPoint[]): number | undefined {
  const losses = points.slice(-SPREAD_OVER - 1).flatMap(({ valLoss }) => valLoss ?? [])
  const changes = losses.slice(1).map((loss, index) => loss - losses[index]!)
  if (changes.length < 2) return undefined
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length
  return Math.sqrt(changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / (changes.length - 1))
}

/** A run that has a claim to a slot, now or later. */
export function isAlive(run: RunView): boolean {
  const now = standing(run)
  return now === 'going' || now === 'pending'
}

/** Has a place in the ranking: everything but what another rule or a person took out, or what failed. */
function isCompared(run: RunView): boolean {
  return isAlive(run) || run.state === 'done' || run.stopReason === 'underperforming'
}

/** True while the run has to wait at a rung for its peers. */
export function waitsAt(run: RunView, samples: number | undefined): boolean {
  return samples !== undefined && !run.pinned && hasArrived(run, samples)
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
