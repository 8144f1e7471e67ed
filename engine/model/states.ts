/**
 * The states of everything that lives in Alto, and the one table of legal moves between them.
 * The engine, the guard in `server/db` and the docs all read this table.
 */

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

/**
 * `parked` keeps weights, moments, step, cursor, RNG and history and always carries a `StopReason`;
 * a parked run may train again (revived by a person, resumed by a policy, re-placed after preemption).
 */
export type RunState = 'waiting' | 'training' | 'parked' | 'done' | 'failed'

/** `ending` is the first phase of a stop: asked for, not yet confirmed by the agent. */
export type AttemptState = 'starting' | 'running' | 'ending' | 'ended' | 'lost'

/** `ending` was asked to park what it trains and to leave; late words of it do not make it ready again. */
export type ExecutorState = 'starting' | 'ready' | 'ending' | 'ended'

/** Disconnected: nothing is re-placed yet. Lost: its leases have expired, so its work may be placed again. */
export type NodeState = 'alive' | 'disconnected' | 'lost'

type Transitions<S extends string> = { readonly [from in S]: readonly S[] }

export const JOB_TRANSITIONS: Transitions<JobState> = {
  // To done where a person stopped all its runs before any got a slot.
  waiting: ['running', 'done', 'failed', 'cancelled'],
  running: ['waiting', 'done', 'failed', 'cancelled'],
  done: ['running'],
  failed: ['waiting'],
  cancelled: ['waiting'],
}

export const RUN_TRANSITIONS: Transitions<RunState> = {
  // To done where it trained its last step while it was asked to pause.
  waiting: ['training', 'parked', 'done', 'failed'],
  training: ['waiting', 'parked', 'done', 'failed'],
  parked: ['waiting', 'training', 'done'],
  done: ['waiting'],
  failed: ['waiting'],
}

export const ATTEMPT_TRANSITIONS: Transitions<AttemptState> = {
  starting: ['running', 'ending', 'ended', 'lost'],
  running: ['ending', 'ended', 'lost'],
  ending: ['ended', 'lost'],
  ended: [],
  lost: [],
}

export const EXECUTOR_TRANSITIONS: Transitions<ExecutorState> = {
  starting: ['ready', 'ending', 'ended'],
  ready: ['ending', 'ended'],
  ending: ['ended'],
  ended: [],
}

export const NODE_TRANSITIONS: Transitions<NodeState> = {
  alive: ['disconnected'],
  disconnected: ['alive', 'lost'],
  lost: ['alive'],
}

/** True where the table allows `from → to`; staying is always allowed, so that a repeat changes nothing. */
export function canMove<S extends string>(table: Transitions<S>, from: S, to: S): boolean {
  return from === to || table[from].includes(to)
}
