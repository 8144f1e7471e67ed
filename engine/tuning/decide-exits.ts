import { isAudited } from '../early-exit/regret-audit'
import type { PauseRun, StopRun } from '../model/plan'
import type { SweepWork, TuningPolicy } from '../model/snapshot'
import type { ExitDecision } from '../model/tuning'

/** What early exit decided about one sweep, as actions and as the order in which its runs take slots. */
export interface SweepExits {
  /** Stops and pauses; each frees a slot where the run trains. */
  ends: readonly (StopRun | PauseRun)[]
  /** Comparisons that a run survived: rows for the page, no action. */
  kept: readonly ExitDecision[]
  /** Runs that take a slot, in order. */
  starts: readonly ExitDecision[]
}

/**
 * Asks the sweep's early-exit policy and turns its answers into actions (rules K1 and K2 of `docs/spec/packing.md`).
 * Answers about unknown runs are dropped, a pinned run is never stopped, and each run is acted on once.
 *
 * @param slots adapters that may train at the same time, those that train now included
 * @param spareSlots slots of these that nobody else wants
 */
export function decideExits(
  sweep: SweepWork,
  slots: number,
  spareSlots: number,
  policy: TuningPolicy,
): SweepExits {
  const runs = new Map(sweep.view.runs.map((run) => [run.id, run]))
  const ends = new Map<string, StopRun | PauseRun>()
  const starts = new Map<string, ExitDecision>()
  const kept: ExitDecision[] = []
  for (const decision of askPolicy(sweep, slots, spareSlots, policy.exits)) {
    const run = runs.get(decision.runId)
    if (run === undefined) continue
    const live = run.state === 'training' || run.state === 'waiting'
    if (decision.kind === 'stop') {
      if (live && !run.pinned && !ends.has(run.id)) ends.set(run.id, stopRun(decision, sweep))
    } else if (decision.kind === 'pause') {
      if (run.state === 'training' && !run.pinned && !ends.has(run.id)) ends.set(run.id, pauseRun(decision))
    } else if (decision.kind === 'keep') {
      kept.push(decision)
    } else if (run.state === 'waiting' || run.state === 'parked') {
      if (!starts.has(run.id)) starts.set(run.id, decision)
    }
  }
  return {
    ends: [...ends.values()],
    kept,
    starts: [...starts.values()].filter((decision) => !ends.has(decision.runId)),
  }
}

type Exits = TuningPolicy['exits']

/** What was answered about a sweep that has not changed since; policies are pure, and most sweeps rest in a decision. */
const answered = new WeakMap<Exits, WeakMap<SweepWork, Map<string, readonly ExitDecision[]>>>()

function askPolicy(
  sweep: SweepWork,
  slots: number,
  spareSlots: number,
  exits: Exits,
): readonly ExitDecision[] {
  const ofPolicy = answered.get(exits) ?? new WeakMap<SweepWork, Map<string, readonly ExitDecision[]>>()
  answered.set(exits, ofPolicy)
  const ofSweep = ofPolicy.get(sweep) ?? new Map<string, readonly ExitDecision[]>()
  ofPolicy.set(sweep, ofSweep)
  const key = `${slots}/${spareSlots}`
  const known = ofSweep.get(key)
  if (known) return known
  const answer = exits({ ...sweep.view, slots, spareSlots }, sweep)
  ofSweep.set(key, answer)
  return answer
}

/** An audited stop waits until a plan knows whether a slot is left for it (`fill-audits.ts`). */
function stopRun(exit: ExitDecision, sweep: SweepWork): StopRun {
  const reason = exit.reason ?? 'underperforming'
  const audited = isAudited(sweep.view.seed, exit.runId, reason, sweep.auditShare ?? 0)
  const message = `Stopped by ${exit.rule} at ${exit.atSamples} samples; ${exit.savedSamples} samples need not be trained.`
  return {
    kind: 'stop',
    subject: 'run',
    runId: exit.runId,
    reason,
    exit,
    ...(audited ? { audited: 'waits' as const } : {}),
    why: { rule: exit.rule, message },
  }
}

function pauseRun(exit: ExitDecision): PauseRun {
  const message = `Waits at ${exit.atSamples} samples until its peers have arrived.`
  return {
    kind: 'pause',
    subject: 'run',
    runId: exit.runId,
    reason: 'rung',
    exit,
    why: { rule: exit.rule, message },
  }
}
