import type { StopReason } from '../model/reasons'
import { random } from '../random'
import { type ShareInterval, wilsonInterval } from './wilson-interval'

/** Stops by a rule that can be wrong. A person's stop, a broken run and a spent budget are not on trial. */
const AUDITABLE: ReadonlySet<StopReason> = new Set(['underperforming', 'overfitting', 'diverged', 'plateau'])

/**
 * Whether a stopped run goes on quietly so that its stop can be audited (rule E71). Drawn from the sweep's seed and the
 * run's id alone, so it depends neither on when the run was stopped nor on how it did.
 *
 * @param share share of the stops to audit, 0 to 1
 */
export function isAudited(seed: number, runId: string, reason: StopReason, share: number): boolean {
  return AUDITABLE.has(reason) && random(`${seed}/audit/${runId}`).next() < share
}

/** A stop whose run has gone on quietly. */
export interface AuditedStop {
  sweepId: string
  runId: string
  rule: string
  /** Best validation loss of the run over all it trained, after its stop too; null if it never had a finite one. */
  bestLoss: number | null
  /** Best validation loss that the sweep found without audited work; null while there is none. */
  bestFound: number | null
  /** The run has trained to its end, so the verdict is final. */
  complete: boolean
}

export interface AuditReport extends ShareInterval {
  /** Audited stops that have a verdict. */
  audited: number
  /** Of these, how many runs would have won their sweep. */
  won: number
  /** Audited runs that still train. */
  pending: number
  /** Largest relative loss of quality by one of the stops: bestFound / bestLoss − 1; 0 if none would have won. */
  worstExcess: number
}

/**
 * How many of the audited stops would have won, pooled over sweeps, with a 95% interval (rules E72 and E73). A run that
 * already beats the sweep's best has won its case before its end.
 */
export function auditReport(stops: readonly AuditedStop[]): AuditReport {
  const winners = stops.filter((stop) => stopVerdict(stop) === 'won')
  const audited = stops.filter((stop) => stopVerdict(stop) !== undefined).length
  const excesses = winners.map(({ bestLoss, bestFound }) => (bestFound ?? bestLoss!) / bestLoss! - 1)
  return {
    audited,
    won: winners.length,
    pending: stops.length - audited,
    worstExcess: Math.max(0, ...excesses),
    ...wilsonInterval(winners.length, audited),
  }
}

/** Whether the run would have won its sweep; undefined while that is open (rule E72). */
export function stopVerdict({ bestLoss, bestFound, complete }: AuditedStop): 'won' | 'lost' | undefined {
  if (bestLoss !== null && (bestFound === null || bestLoss < bestFound)) return 'won'
  return complete ? 'lost' : undefined
}
