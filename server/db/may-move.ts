import { REQUEST_TRANSITIONS } from '../../engine/model/request-states'
import {
  ATTEMPT_TRANSITIONS,
  canMove,
  EXECUTOR_TRANSITIONS,
  JOB_TRANSITIONS,
  NODE_TRANSITIONS,
  RUN_TRANSITIONS,
} from '../../engine/model/states'

const TABLES = {
  Job: JOB_TRANSITIONS,
  Run: RUN_TRANSITIONS,
  Attempt: ATTEMPT_TRANSITIONS,
  Executor: EXECUTOR_TRANSITIONS,
  Node: NODE_TRANSITIONS,
  Request: REQUEST_TRANSITIONS,
} as const

export type Stateful = keyof typeof TABLES
export type StateOf<E extends Stateful> = keyof (typeof TABLES)[E] & string

interface Narrowing<E extends Stateful> {
  /** Only from these; each must be a legal origin. */
  from?: readonly StateOf<E>[]
  /** Alias of the table in the statement. */
  of?: string
  /** The row may be in `to` already: a repeat changes nothing and is no refusal. */
  orStay?: boolean
}

/**
 * The guard of every statement that writes a state: an SQL condition that holds only where the row is in a state from
 * which the transition table allows `to` (rule L15). What it does not hold for stays as it is, and `rowCount` tells.
 *
 * @throws where `from` names a state from which the table does not allow the move: a defect of the caller
 */
export function mayMove<E extends Stateful>(entity: E, to: StateOf<E>, only: Narrowing<E> = {}): string {
  const table = TABLES[entity] as Readonly<Record<string, readonly string[]>>
  for (const state of only.from ?? [])
    if (!canMove(table, state, to)) throw new Error(`A ${entity} cannot move from ${state} to ${to}.`)
  const origins = only.from ?? Object.keys(table).filter((state) => table[state]!.includes(to))
  const states = only.orStay ? [...origins, to] : origins
  const column = only.of === undefined ? '"state"' : `${only.of}."state"`
  return states.length === 0 ? 'false' : `${column} IN (${states.map((state) => `'${state}'`).join(', ')})`
}
