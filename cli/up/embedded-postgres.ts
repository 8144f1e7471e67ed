import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import type { DataDir } from './data-dir'
import { freePortFrom } from './free-port'
import { databaseFolder, type Owner, postgresOwner, postgresPrograms } from './postgres-files'
import { endGroup, type GroupSpec } from './process-group'
import { processIdentity } from './process-identity'
import type { Supervisor } from './supervisor'

const run = promisify(execFile)
const FIRST_PORT = 7432
const START_SECONDS = 60

async function initialise(
  programs: string,
  folder: string,
  password: string,
  owner: Owner | null,
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const scratch = mkdtempSync(join(tmpdir(), 'alto-initdb-'))
  const passwordFile = join(scratch, 'password')
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
    if (owner) for (const path of [scratch, passwordFile]) chownSync(path, owner.uid, owner.gid)
    await run(
      join(programs, 'bin', 'initdb'),
      [
        `--pgdata=${folder}`,
        '--username=alto',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
      ],
      { cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv, ...owner },
    )
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(
      `The database could not be made in ${folder}: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}`,
    )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** A server of an instance that was killed still owns the folder: it is asked to end first. */
async function endStray(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pid, where] = readFileSync(file, 'utf8').split('\n')
  const number = Number(pid)
  if (where !== folder || !Number.isInteger(number) || !processIdentity(number)) return
  try {
    process.kill(number, 'SIGINT')
  } catch {
    return
  }
  for (const until = Date.now() + 15_000; Date.now() < until && processIdentity(number); ) await wait(100)
  if (processIdentity(number)) await endGroup(number, 'SIGINT', 0)
}

async function waitUntilReady(url: string, logFile: string): Promise<void> {
  let last: unknown
  for (const until = Date.now() + START_SECONDS * 1000; Date.now() < until; await wait(50)) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      last = error
      await client.end().catch(() => {})
    }
  }
  const reason = last instanceof Error ? last.message : 'no answer'
  throw new Error(`The embedded database did not start (${reason}). Its log is ${logFile}.`)
}

/** Makes the database on the first start and keeps it running; answers its address. */
export async function startEmbeddedPostgres(dataDir: DataDir, supervisor: Supervisor): Promise<string> {
  const owner = postgresOwner()
  const programs = postgresPrograms(owner)
  const folder = databaseFolder(dataDir.path, owner)
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    rmSync(folder, { recursive: true, force: true })
    await initialise(programs, folder, dataDir.secrets.postgres, owner)
  }
  await endStray(folder)
  const port = await freePortFrom(FIRST_PORT)
  const logFile = join(dataDir.logs, 'postgres.log')
  const spec: GroupSpec = {
    name: 'Postgres',
    command: join(programs, 'bin', 'postgres'),
    args: [
      ...['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', ''],
      ...['-c', 'max_connections=100', '-c', 'shared_buffers=64MB', '-c', 'jit=off', '-c', 'timezone=UTC'],
    ],
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    logFile,
    stopSignal: 'SIGINT',
    ...owner,
  }
  const address = (name: string) => `postgresql://alto:${dataDir.secrets.postgres}@127.0.0.1:${port}/${name}`
  await supervisor.keep(() => spec)
  await waitUntilReady(address('postgres'), logFile)
  const client = new Client({ connectionString: address('postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'alto'`)
    if (!rowCount) await client.query('CREATE DATABASE alto')
  } finally {
    await client.end()
  }
  return address('alto')
}
