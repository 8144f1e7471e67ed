import type { SweepSummary } from '@/server/views/sweep-summary'
import type { ProgressShares } from '../charts/ProgressBar'

/** Shares of all samples that are trained, and that nobody has to train. */
export function sweepShares(
  sweep: Pick<SweepSummary, 'samplesUsed' | 'samplesFull' | 'samplesSaved' | 'state'>,
): ProgressShares {
  if (sweep.samplesFull <= 0) return { trained: 0, notNeeded: 0 }
  return { trained: sweep.samplesUsed / sweep.samplesFull, notNeeded: sweep.samplesSaved / sweep.samplesFull }
}
