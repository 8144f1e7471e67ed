import type { ExitDecision, RunView } from '../model/tuning'
import { indexAt } from './curve'
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
  /** Lower is better; called for runs that have arrived. */
  score: (run: RunView) => number
  /** How many of this many entrants go on. */
  keeps: (entrants: number) => number
  /** How many of those that have arrived may go on while others are still coming; 0 if not given. */
  keepsEarly?: (arrived: number) => number
}

/**
 * Decides a rung as far as it can be decided (rules E12 to E14). While runs are coming, one that would be kept even if
 * all of them were better goes on, one that would be cut even if all of them were worse stops, and the rest pause and
 * give their slots to others. When nobody is coming any more, all is decided.
 */
export function decideRung(rung: Rung): ExitDecision[] {
  const arrived = rung.entrants.filter((run) => isCompared(run) && indexAt(run, rung.samples) >= 0)
  const open = arrived.filter((run) => isAlive(run) && run.passedRung < rung.number)
  if (open.length === 0) return []
  const near = rung.entrants.filter((run) => isAlive(run) && !run.stalled && indexAt(run, rung.samples) < 0)
  const coming = near.length + rung.below
  const ranked = arrived
    .map((run) => ({ run, score: rung.score(run) }))
    .sort((a, b) => a.score - b.score || (a.run.id < b.run.id ? -1 : 1))
  const keeps = rung.keeps(ranked.length + coming)
  const early = coming > 0 ? (rung.keepsEarly?.(ranked.length) ?? 0) : 0
  const threshold = finite(ranked[Math.min(keeps, ranked.length) - 1]?.score)
  const peers = ranked.map(({ run, score }, index) => {
    return { runId: run.id, value: finite(score) ?? Number.MAX_VALUE, kept: index < keeps }
  })

  return open.flatMap((run) => {
    const index = ranked.findIndex((entry) => entry.run === run)
    const at = run.points[indexAt(run, rung.samples)]!.samples
    const compared = { rule: rung.rule, rung: rung.number, observed: finite(ranked[index]!.score), threshold }
    const full = { ...compared, place: index + 1, keeps, peers, atSamples: at }
    if (!mayStop(run, rung.rule) || index + coming < keeps || index < early) return [keep(run, full)]
    if (index >= keeps) return [stopDecision(run, { reason: 'underperforming', ...full })]
    if (standing(run) === 'going') return [{ ...keep(run, full), kind: 'pause' }]
    return []
  })
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
  return samples !== undefined && !run.pinned && indexAt(run, samples) >= 0
}

function keep(
  run: RunView,
  compared: Partial<ExitDecision> & { rule: string; atSamples: number },
): ExitDecision {
  return {
    kind: 'keep',
    runId: run.id,
    observed: null,
    threshold: null,
    peers: [],
    savedSamples: 0,
    ...compared,
  }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
