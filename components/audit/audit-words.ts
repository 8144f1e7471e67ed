import { formatShare, plural } from '../ui/format/number'
import type { StateName } from '../ui/State'

export interface PooledAudit {
  audited: number
  won: number
  pending: number
  worstExcess: number
  share: number
  low: number
  high: number
}

/** What became of an audited stop, in one word, with the state that it is drawn as. */
export const VERDICTS: Record<
  'won' | 'lost' | 'pending' | 'none',
  { word: string; meaning: string; state: StateName }
> = {
  won: {
    word: 'Would have won',
    meaning: 'It beat the best that the sweep found without it.',
    state: 'failed',
  },
  lost: { word: 'Rightly stopped', meaning: 'Trained to its end, it is behind the best.', state: 'done' },
  pending: {
    word: 'Goes on',
    meaning: 'It trains, or waits for a slot that nobody wants.',
    state: 'running',
  },
  none: { word: 'Given up', meaning: 'Parked before its end; it does not count.', state: 'parked' },
}

/** One sentence about the pooled count; what it does not show yet is said too. */
export function auditSentence(pooled: PooledAudit): string {
  if (pooled.audited === 0)
    return pooled.pending > 0
      ? `${plural(pooled.pending, 'audited run')} still ${pooled.pending === 1 ? 'trains' : 'train'}; the first verdict comes with the first that ends.`
      : 'Nothing was audited yet.'
  return `${pooled.won} of ${pooled.audited} audited stops would have won; the true share lies between ${formatShare(pooled.low)} and ${formatShare(pooled.high)} with 95%.`
}
