import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/postgres'
import { eventually } from '../support/processes'

export interface RayCluster {
  address: string
  env: Record<string, string>
  /** One more Ray node. */
  addNode(): Promise<void>
  /** Kills the node that was added last, as a machine that loses its power. */
  killNode(): Promise<void>
  stop(): Promise<void>
}

/** Two real Ray nodes on loopback, each with its own raylet. */
export async function startRayCluster(python: string): Promise<RayCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'ray-'))
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const env = {
    RAY_USAGE_STATS_ENABLED: '0',
    RAY_health_check_failure_threshold: '2',
    RAY_health_check_period_ms: '1000',
    // Actors run agents of this checkout.
    PYTHONPATH: fileURLToPath(new URL('../../agent/src', import.meta.url)),
  }
  const raylets: number[][] = []
  /** Processes of this cluster; a read of /proc, since a search by a shell would find itself. */
  const started = () =>
    readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return []
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
        const state = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)![0]
        return state !== 'Z' && (line.includes(folder) || line.includes(address)) ? [Number(entry)] : []
      } catch {
        return []
      }
    })

  async function start(args: string[]): Promise<void> {
    const before = new Set(started())
    const child = spawn(
      join(dirname(python), 'ray'),
      [
        'start',
        ...args,
        '--num-cpus=1',
        '--num-gpus=0',
        '--object-store-memory=80000000',
        '--disable-usage-stats',
      ],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let output = ''
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString()
    })
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    if (code !== 0) throw new Error(`ray start ended with ${code}: ${output.slice(-800)}`)
    raylets.push(started().filter((pid) => !before.has(pid)))
  }

  const addNode = () => start([`--address=${address}`])
  const kill = (pids: readonly number[]) => {
    for (const pid of pids)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended with the others.
      }
  }
  await start(['--head', `--port=${port}`, '--include-dashboard=false', `--temp-dir=${folder}`])
  await addNode()
  return {
    address,
    env,
    addNode,
    async killNode() {
      kill(raylets.pop()!)
    },
    async stop() {
      for (const pids of raylets.reverse()) kill(pids)
      await eventually('Ray to end', 30, () => {
        kill(started())
        return started().length === 0
      })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
