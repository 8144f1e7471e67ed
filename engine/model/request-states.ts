import { canMove } from './states'

/** `paused`: it has begun and holds no GPU; its state waits in memory or on disk, and no step is lost. */
export type RequestState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled'

/**
 * `running → queued` and `paused → queued`: its executor died before anything was on disk, so it begins again, once.
 * `queued → paused` and `queued → done`: rows follow the leader in batches, and a quick one is never seen running.
 */
export const REQUEST_TRANSITIONS: { readonly [from in RequestState]: readonly RequestState[] } = {
  queued: ['running', 'paused', 'done', 'failed', 'cancelled'],
  running: ['paused', 'queued', 'done', 'failed', 'cancelled'],
  paused: ['running', 'queued', 'done', 'failed', 'cancelled'],
  done: [],
  failed: [],
  cancelled: [],
}

/** True where a request in this state still wants GPUs. */
export function isLive(state: RequestState): boolean {
  return state === 'queued' || state === 'running' || state === 'paused'
}

/** True where the table allows `from → to`, or nothing changes. */
export function canRequestMove(from: RequestState, to: RequestState): boolean {
  return canMove(REQUEST_TRANSITIONS, from, to)
}
