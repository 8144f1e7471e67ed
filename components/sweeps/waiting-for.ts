import type { SweepSummary } from '@/server/views/sweep-summary'

/** What an empty chart waits for. */
export function waitingFor(
  sweep: Pick<SweepSummary, 'state' | 'hold' | 'runs'>,
  curves: 'loading' | 'ready' | 'error',
): string {
  if (curves === 'error')
    return 'Could not load the curves. They are asked for again with the next evaluation.'
  if (curves === 'loading') return 'Loading the curves…'
  if (sweep.state === 'waiting')
    return sweep.hold?.reasons[0]?.message ?? 'The sweep waits for its first plan.'
  if (sweep.state === 'running')
    return sweep.runs.training > 0
      ? `${sweep.runs.training} ${sweep.runs.training === 1 ? 'run has' : 'runs have'} started; the first evaluation comes soon.`
      : 'The model is loading; the first runs start after it.'
  return 'No run of this sweep had an evaluation.'
}
