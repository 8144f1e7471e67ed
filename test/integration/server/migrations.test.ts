import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployMigrations, schemaDiff } from '../../../scripts/schema-engine.mjs'
import { startPostgres, type TestPostgres } from '../../support/postgres'

const read = (path: string) => readFileSync(new URL(`../../../prisma/${path}`, import.meta.url), 'utf8')

/** What a database consists of, in a form that can be compared. */
async function catalogue(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const ask = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows
  const found = {
    columns: await ask(`SELECT table_name, column_name, udt_name, is_nullable, column_default
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1, 2`),
    indexes: await ask(`SELECT tablename, indexdef FROM pg_indexes
      WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1, 2`),
    constraints:
      await ask(`SELECT conrelid::regclass::text AS "table", conname, pg_get_constraintdef(oid) AS "definition"
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        AND conrelid::regclass::text NOT LIKE '%_prisma_migrations%' ORDER BY 1, 2`),
    enums: await ask(
      `SELECT typname, enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid ORDER BY 1, enumsortorder`,
    ),
  }
  await client.end()
  return found
}

describe('migrations', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres.stop())

  it('lead to exactly the schema that the client is generated from', async () => {
    const migrated = await postgres.createDatabase()
    const direct = new URL(migrated)
    direct.pathname = '/template1'
    const admin = new Client({ connectionString: direct.href })
    await admin.connect()
    await admin.query('CREATE DATABASE direct')
    await admin.end()
    direct.pathname = '/direct'
    const client = new Client({ connectionString: direct.href })
    await client.connect()
    await client.query(await schemaDiff(direct.href, null, read('schema.prisma')))
    await client.query(read('constraints.sql'))
    await client.end()
    expect(await catalogue(migrated)).toEqual(await catalogue(direct.href))
  })

  it('are up to date: the schema has not changed since the last one', async () => {
    const url = await postgres.createDatabase()
    const sql = await schemaDiff(url, read('migrations/schema.prisma'), read('schema.prisma'))
    expect(sql.replace('-- This is an empty migration.', '').trim()).toBe('')
  })

  it('are applied once, and a repeat changes nothing', async () => {
    const url = await postgres.createDatabase()
    expect(await deployMigrations(url)).toEqual([])
  })

  it('refuse a second live attempt of a run, whoever writes it', async () => {
    const client = new Client({ connectionString: await postgres.createDatabase() })
    await client.connect()
    await client.query(`INSERT INTO "Project" ("id", "name") VALUES ('p', 'p')`)
    await client.query(
      `INSERT INTO "Job" ("id", "projectId", "kind", "name") VALUES ('j', 'p', 'sweep', 'j')`,
    )
    await client.query(`INSERT INTO "Sweep" ("jobId", "spec", "model", "dataset", "method", "evaluations")
      VALUES ('j', '{}', 'm', 'd', 'grid', 1)`)
    await client.query(`INSERT INTO "Run" ("id", "sweepId", "number", "params") VALUES ('r', 'j', 1, '{}')`)
    const attempt = (number: number, state: string) =>
      client.query(
        `INSERT INTO "Attempt" ("runId", "number", "epoch", "nodeId", "executorId", "state") VALUES ('r', $1, $1, 'n', 'x', $2::"AttemptState")`,
        [number, state],
      )
    await attempt(1, 'ended')
    await attempt(2, 'running')
    await expect(attempt(3, 'starting')).rejects.toThrow(/Attempt_one_live_a_run/)
    await client.end()
  })
})
