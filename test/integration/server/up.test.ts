import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../support/postgres'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const START_SECONDS = 400

interface Instance {
  pid: number
  groups: { pid: number; name: string }[]
}

interface Started {
  child: ChildProcess
  output(): string
  ended: Promise<number | null>
}

/** `alto up` without an agent: what it starts and ends is the same, and the agent has tests of its own. */
function up(dataDir: string, port: number, env: Record<string, string> = {}): Started {
  const child = spawn(
    process.execPath,
    [join(root, 'bin/alto'), 'up', '--no-agent', '--data-dir', dataDir, '--port', String(port)],
    { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  return { child, output: () => text, ended: new Promise((resolve) => child.on('close', resolve)) }
}

async function until(done: () => boolean, seconds: number, what: () => string): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(100)) if (done()) return
  throw new Error(`Not within ${seconds} s. ${what()}`)
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('alto up', () => {
  let folder: string
  let dataDir: string
  let port: number
  const instance = () => JSON.parse(readFileSync(join(dataDir, 'instance.json'), 'utf8')) as Instance
  const ready = async () => {
    const started = up(dataDir, port)
    await until(() => /Stop with Ctrl-C/.test(started.output()), START_SECONDS, started.output)
    return started
  }
  const noneLeft = (groups: Instance['groups']) => () => groups.every(({ pid }) => !isAlive(pid))

  beforeAll(async () => {
    // Nobody but its owner may pass through, as with /root: the database must start all the same.
    folder = mkdtempSync(join(tmpdir(), 'alto-up-'))
    chmodSync(folder, 0o700)
    dataDir = join(folder, 'data')
    port = await freePort()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it(
    'starts, says where, keeps secrets to its owner, refuses a second instance, and ends without a trace',
    async () => {
      const first = await ready()
      expect(first.output()).toMatch(new RegExp(`http://localhost:${port}/setup\\?token=setup_`))
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
      for (const file of ['secrets.json', 'cli.json', 'database.json'])
        expect(statSync(join(dataDir, file)).mode & 0o077).toBe(0)
      const { pid, groups } = instance()
      expect(groups.map((group) => group.name).sort()).toEqual(['Postgres', 'control plane', 'web'])
      const second = up(dataDir, await freePort())
      expect(await second.ended).toBe(2)
      expect(second.output()).toContain(
        `Alto already runs on ${dataDir} (process ${pid}, http://localhost:${port})`,
      )
      first.child.kill('SIGINT')
      expect(await first.ended).toBe(0)
      expect(noneLeft(groups)()).toBe(true)
    },
    (START_SECONDS + 60) * 1000,
  )

  it(
    'killed without mercy leaves nothing behind, and starts again with what it had',
    async () => {
      const first = await ready()
      const { groups } = instance()
      first.child.kill('SIGKILL')
      await until(noneLeft(groups), 30, () => JSON.stringify(groups))
      const second = await ready()
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
      second.child.kill('SIGTERM')
      expect(await second.ended).toBe(0)
    },
    (START_SECONDS + 60) * 1000,
  )

  it('waits for a database that is away, and ends at once when it is asked to', async () => {
    const away = join(folder, 'away')
    const waiting = up(away, await freePort(), {
      DATABASE_URL: `postgresql://nobody@127.0.0.1:${await freePort()}/alto`,
    })
    const says = () => waiting.output().includes('The database does not answer yet; waiting for it.')
    await until(says, 60, waiting.output)
    waiting.child.kill('SIGINT')
    expect(await waiting.ended).toBe(130)
  }, 120_000)

  it('refuses a port that is in use, and one that is none', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const taken = up(dataDir, port)
    expect(await taken.ended).toBe(2)
    expect(taken.output()).toContain(`--port: ${port} is in use by another program.`)
    await new Promise((resolve) => other.close(resolve))
    const wrong = up(dataDir, 70_000)
    expect(await wrong.ended).toBe(2)
    expect(wrong.output()).toContain('--port is 70000; use a whole number from 1 to 65535.')
  })
})
