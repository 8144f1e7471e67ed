import { expect, test } from 'vitest'
import {
  ATTEMPT_TRANSITIONS,
  canMove,
  EXECUTOR_TRANSITIONS,
  JOB_TRANSITIONS,
  NODE_TRANSITIONS,
  RUN_TRANSITIONS,
} from './states'

const TABLES = [
  { name: 'job', table: JOB_TRANSITIONS, first: 'waiting' },
  { name: 'run', table: RUN_TRANSITIONS, first: 'waiting' },
  { name: 'attempt', table: ATTEMPT_TRANSITIONS, first: 'starting' },
  { name: 'executor', table: EXECUTOR_TRANSITIONS, first: 'starting' },
  { name: 'node', table: NODE_TRANSITIONS, first: 'alive' },
] as const

test.each(TABLES)('every state of a $name is reached from its first one', ({ table, first }) => {
  const moves = table as Readonly<Record<string, readonly string[]>>
  const reached = new Set<string>([first])
  for (const state of reached) for (const next of moves[state]!) reached.add(next)
  expect([...reached].sort()).toEqual(Object.keys(table).sort())
})

test('what has ended does not start again, and a repeat changes nothing', () => {
  expect(canMove(ATTEMPT_TRANSITIONS, 'ended', 'running')).toBe(false)
  expect(canMove(ATTEMPT_TRANSITIONS, 'ended', 'ended')).toBe(true)
  expect(canMove(RUN_TRANSITIONS, 'done', 'training')).toBe(false)
  expect(canMove(RUN_TRANSITIONS, 'parked', 'waiting')).toBe(true)
})
