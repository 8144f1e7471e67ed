import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backupDatabase } from '../../../cli/up/backup-database'
import { embeddedPostgresMajor, postgresOwner } from '../../../cli/up/postgres-files'
import { restoreDatabase } from '../../../cli/up/restore-database'
import { startPostgres, type TestPostgres } from '../../support/postgres'

let postgres: TestPostgres
let url: string
const scratch = mkdtempSync(join(tmpdir(), 'alto-backup-test-'))
const secretsFile = join(scratch, 'secrets.json')

beforeAll(async () => {
  postgres = await startPostgres()
  url = await postgres.createDatabase()
  writeFileSync(secretsFile, '{"auth":"first"}')
})

afterAll(async () => {
  await postgres?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const ask = async <T extends object>(sql: string): Promise<T[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

test('a backup of a running database that is written to is one instant of it, and comes back with its secrets', async () => {
  await ask('CREATE TABLE pair (id int PRIMARY KEY, twin int)')
  let writing = true
  let written = 0
  const writer = (async () => {
    const client = new Client({ connectionString: url })
    await client.connect()
    while (writing) {
      written++
      await client.query('INSERT INTO pair SELECT n, -n FROM generate_series($1::int, $2::int) n', [
        written * 100,
        written * 100 + 99,
      ])
    }
    await client.end()
  })()
  const file = join(scratch, 'alto.tar.gz')
  await ask('SELECT pg_sleep(0.3)')
  const before = written
  const manifest = await backupDatabase({ url, folder: postgres.dataDir, secretsFile }, file)
  writing = false
  await writer
  expect(manifest.postgres).toBe(embeddedPostgresMajor())
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await expect(backupDatabase({ url, folder: postgres.dataDir, secretsFile }, file)).rejects.toThrow(
    'exists already',
  )

  await ask('DROP TABLE pair')
  writeFileSync(secretsFile, '{"auth":"second"}')
  await postgres.halt()
  const { before: kept } = await restoreDatabase(file, {
    folder: postgres.dataDir,
    secretsFile,
    owner: postgresOwner(),
    postgres: manifest.postgres,
  })
  expect(kept).toContain('.before-')
  expect(readFileSync(secretsFile, 'utf8')).toBe('{"auth":"first"}')
  await postgres.start()
  const [row] = await ask<{ rows: number; whole: boolean }>(
    'SELECT count(*)::int AS rows, count(*) % 100 = 0 AND coalesce(sum(id + twin), 0) = 0 AS whole FROM pair',
  )
  expect(row!.whole).toBe(true)
  expect(row!.rows).toBeGreaterThanOrEqual((before - 1) * 100)
}, 180_000)

test('what is no backup, or one of another version, is refused and changes nothing', async () => {
  const to = { folder: join(scratch, 'none', 'postgres'), secretsFile, owner: null, postgres: '17' }
  const broken = join(scratch, 'broken.tar.gz')
  writeFileSync(broken, 'no archive')
  await expect(restoreDatabase(broken, to)).rejects.toThrow('is no backup of Alto, or it is damaged')
  await expect(restoreDatabase(join(scratch, 'alto.tar.gz'), to)).rejects.toThrow('this Alto has Postgres 17')
  await expect(restoreDatabase(join(scratch, 'missing'), to)).rejects.toThrow('there is no file')
  expect(readFileSync(secretsFile, 'utf8')).toBe('{"auth":"first"}')
})
