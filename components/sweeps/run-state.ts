import type { StopReason } from '@/engine/model/reasons'
import type { StateName } from '../ui/State'

/** How a run's state is drawn: a stop reason wins over "parked", since it says more. */
export function runLook(run: {
  state: 'waiting' | 'training' | 'parked' | 'done' | 'failed'
  stopReason: StopReason | null
}): { reason: StopReason } | { state: StateName; word: string } {
  if (run.state === 'training') return { state: 'running', word: 'Training' }
  if ((run.state === 'parked' || run.state === 'failed') && run.stopReason) return { reason: run.stopReason }
  if (run.state === 'parked') return { state: 'parked', word: 'Parked' }
  if (run.state === 'done') return { state: 'done', word: 'Done' }
  if (run.state === 'failed') return { state: 'failed', word: 'Failed' }
  return run.stopReason === 'preempted' ? { reason: 'preempted' } : { state: 'waiting', word: 'Waiting' }
}

/** The state of a whole sweep. */
export const jobLook: Record<
  'waiting' | 'running' | 'done' | 'failed' | 'cancelled',
  { state: StateName; word: string }
> = {
  waiting: { state: 'waiting', word: 'Waiting' },
  running: { state: 'running', word: 'Running' },
  done: { state: 'done', word: 'Done' },
  failed: { state: 'failed', word: 'Failed' },
  cancelled: { state: 'parked', word: 'Cancelled' },
}
