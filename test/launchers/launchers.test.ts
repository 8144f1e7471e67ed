import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { TestCluster } from '../support/cluster'
import { startPostgres, type TestPostgres } from '../support/postgres'
import { eventually } from '../support/processes'
import { type RayCluster, startRayCluster } from './ray-cluster'
import { type SlurmCluster, startSlurm } from './slurm-cluster'

const root = fileURLToPath(new URL('../..', import.meta.url))
const python = join(root, 'agent/.venv/bin/python')
const SECONDS = 240

describe('launchers against the real engines', () => {
  let postgres: TestPostgres
  const folders: string[] = []
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres.stop()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'alto-launchers-'))
    folders.push(made)
    return made
  }

  /** A leader with one launcher. */
  async function leader(
    launcher: Record<string, unknown>,
    env: Record<string, string>,
  ): Promise<TestCluster> {
    const cluster = await TestCluster.create(await postgres.createDatabase())
    const file = join(folder(), 'launchers.yaml')
    writeFileSync(file, stringify([launcher]))
    const process_ = await cluster.controlPlane({
      ALTO_LAUNCHERS: file,
      ALTO_LAUNCHER_SECONDS: '1',
      ALTO_LEASE_SECONDS: '4',
      ALTO_HEARTBEAT_SECONDS: '0.5',
      PYTHONPATH: join(root, 'agent', 'src'),
      OMP_NUM_THREADS: '1',
      ...env,
    })
    await process_.line('leading')
    return cluster
  }

  const alive = async (cluster: TestCluster) =>
    (
      await cluster.rows<{ name: string }>(`SELECT "name" FROM "Node" WHERE "state" = 'alive' ORDER BY 1`)
    ).map(({ name }) => name)
  const ask = (cluster: TestCluster, asked: number | null) =>
    cluster.pool.query('UPDATE "Launcher" SET "asked" = $1', [asked])

  async function reach(cluster: TestCluster, count: number): Promise<string[]> {
    return eventually(`${count} living agents`, SECONDS, async () => {
      const names = await alive(cluster)
      return names.length === count && names
    }).catch(async (error: Error) => {
      const rows = await cluster.rows('SELECT * FROM "Launcher"')
      const logs = folders.flatMap((one) => logsIn(one)).join('\n')
      throw new Error(`${error.message}\n${JSON.stringify(rows)}\n${logs}`)
    })
  }
  const logsIn = (one: string): string[] => {
    const found = execFileSync('find', [one, '-name', 'agent.log']).toString().split('\n').filter(Boolean)
    return found.map((log) => readFileSync(log, 'utf8').split('\n').slice(-6).join('\n'))
  }

  /** Agents with this name, by their arguments. */
  const processesNamed = (name: string): number[] =>
    readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return []
      try {
        const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')
        return args.includes('alto_agent') && args.includes(name) ? [Number(entry)] : []
      } catch {
        return []
      }
    })

  it('Slurm: agents are jobs, as many as were asked for; one that is cancelled is replaced', async () => {
    const slurm: SlurmCluster = await startSlurm()
    const cluster = await leader(
      { name: 'slurm', kind: 'slurm', dataDir: folder(), python, max: 3 },
      slurm.env,
    )
    const jobs = () =>
      execFileSync('squeue', ['--noheader', '--format=%i %j'], { env: { ...process.env, ...slurm.env } })
        .toString()
        .trim()
        .split('\n')
        .filter(Boolean)
    try {
      await ask(cluster, 2)
      const [first] = await reach(cluster, 2)
      expect(jobs()).toHaveLength(2)
      const job = jobs()
        .find((line) => line.endsWith(` ${first}`))!
        .split(' ')[0]!
      execFileSync('scancel', [job], { env: { ...process.env, ...slurm.env } })
      await eventually('another agent in its place', SECONDS, async () => {
        const names = await alive(cluster)
        return names.length === 2 && !names.includes(first!)
      })
      await ask(cluster, 0)
      await eventually('no job', SECONDS, () => jobs().length === 0)
    } finally {
      await cluster.close()
      await slurm.stop()
    }
  }, 900_000)

  it('Ray: one agent on each machine, following those that come and go; an actor that dies is restarted', async () => {
    const rayPython = process.env.ALTO_RAY_PYTHON ?? python
    const ray: RayCluster = await startRayCluster(rayPython)
    const cluster = await leader(
      { name: 'ray', kind: 'ray', dataDir: folder(), python: rayPython, address: ray.address },
      ray.env,
    )
    try {
      await reach(cluster, 2)
      await ray.addNode()
      const three = await reach(cluster, 3)
      const [pid] = processesNamed(three[0]!)
      process.kill(pid!, 'SIGKILL')
      await eventually('the agent again, as another process', SECONDS, async () => {
        const now = processesNamed(three[0]!)
        return now.length === 1 && now[0] !== pid && (await alive(cluster)).length === 3
      })
      await ray.killNode()
      await reach(cluster, 2)
    } finally {
      await cluster.close()
      await ray.stop()
    }
  }, 900_000)
})
