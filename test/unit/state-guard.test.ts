import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  ATTEMPT_TRANSITIONS,
  EXECUTOR_TRANSITIONS,
  JOB_TRANSITIONS,
  NODE_TRANSITIONS,
  RUN_TRANSITIONS,
} from '@/engine/model/states'
import { mayMove } from '@/server/db/may-move'

const root = new URL('../..', import.meta.url).pathname

/** Each SQL statement that sets the state of something that has a transition table. */
function stateWrites(): { file: string; entity: string; statement: string }[] {
  const files = ['server', 'control-plane', 'cli'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(folder, file)),
  )
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/`[^`]*`/g)].flatMap(([statement]) => {
      const entity = /UPDATE "(Job|Run|Attempt|Executor|Node)"(?: \w+)? SET\b[\s\S]*?"state" = /.exec(
        statement,
      )
      const isCondition = entity !== null && /\bWHERE\b/.test(entity[0])
      return entity && !isCondition ? [{ file, entity: entity[1]!, statement }] : []
    }),
  )
}

test('[L15] each statement that writes a state carries the guard of its table', () => {
  const writes = stateWrites()
  expect(writes.length).toBeGreaterThan(15)
  expect(writes.filter(({ entity, statement }) => !statement.includes(`mayMove('${entity}'`))).toEqual([])
})

test('[L15] a statement for a move that the table does not have cannot be made', () => {
  expect(() => mayMove('Run', 'training', { from: ['done'] })).toThrow(
    'A Run cannot move from done to training.',
  )
  expect(mayMove('Attempt', 'starting')).toBe('false')
  expect(mayMove('Run', 'parked', { of: 'r', orStay: true })).toBe(
    `r."state" IN ('waiting', 'training', 'parked')`,
  )
})

test('[L15] the table in the specification is the one in the code', () => {
  const tables = {
    job: JOB_TRANSITIONS,
    run: RUN_TRANSITIONS,
    attempt: ATTEMPT_TRANSITIONS,
    executor: EXECUTOR_TRANSITIONS,
    node: NODE_TRANSITIONS,
  }
  const rows = Object.entries(tables).flatMap(([name, table]) =>
    Object.entries(table)
      .filter(([, to]) => to.length > 0)
      .map(([from, to]) => `| ${name} | ${from} | ${to.join(', ')} |`),
  )
  const [, table = ''] = readFileSync(join(root, 'docs/spec/lease.md'), 'utf8').split('| of | from | to |')
  const written = table.match(/^\| (job|run|attempt|executor|node) \|.*$/gm)
  expect(written).toEqual(rows)
})
