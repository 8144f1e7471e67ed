import type { RunRow } from '@/server/views/run-row'
import { runLabel } from '../ui/format/parameter'

/** What a person can ask of a run. */
export type RunWish = 'stop' | 'revive' | 'pin' | 'unpin'

export const UNDO: Record<RunWish, RunWish> = { stop: 'revive', revive: 'stop', pin: 'unpin', unpin: 'pin' }

/** A parked run with a kept state can go on; a failed one may be tried again. */
export const canRevive = (run: Pick<RunRow, 'state'>): boolean =>
  run.state === 'parked' || run.state === 'failed' || run.state === 'done'
export const canStop = (run: Pick<RunRow, 'state'>): boolean =>
  run.state === 'training' || run.state === 'waiting'

/** What the row shows until the journal says so. */
export function expectedRun(run: RunRow, wish: RunWish): RunRow {
  if (wish === 'stop') return { ...run, state: 'parked', stopReason: 'user' }
  if (wish === 'revive') return { ...run, state: 'waiting', stopReason: null }
  return { ...run, pinned: wish === 'pin' }
}

const ONE: Record<RunWish, string> = {
  stop: 'stopped and parked',
  revive: 'revived',
  pin: 'pinned: early exit will not stop it',
  unpin: 'no longer pinned',
}
const MANY: Record<RunWish, string> = {
  stop: 'stopped and parked',
  revive: 'revived',
  pin: 'pinned: early exit will not stop them',
  unpin: 'no longer pinned',
}

/** "r25 stopped and parked." or "3 runs stopped and parked." */
export const runsDone = (runs: readonly Pick<RunRow, 'number'>[], wish: RunWish): string =>
  runs.length === 1 ? `${runLabel(runs[0]!.number)} ${ONE[wish]}.` : `${runs.length} runs ${MANY[wish]}.`
