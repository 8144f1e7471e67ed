import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueOneTimeSecret } from '../../server/auth/one-time-secret'
import { insertSweep } from '../../server/sweeps/insert-sweep'
import { parseSpec } from '../../server/sweeps/parse-spec'
import { freePort } from '../../test/support/postgres'
import { startControlPlane } from '../../test/support/processes'
import type { TestWeb } from '../../test/support/web'
import { SimulatedAgent } from '../harness/simulated-agent'

/** A real control plane over the database of `web`, with agents that speak its protocol. */
export class Leader {
  readonly agents: SimulatedAgent[] = []

  private constructor(
    readonly pid: number,
    private readonly port: number,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<Leader> {
    const port = await freePort()
    const dataDir = mkdtempSync(join(tmpdir(), 'alto-load-'))
    const process = await startControlPlane(globalThis.process.env.DATABASE_URL!, {
      port,
      dataDir,
      env: { ALTO_LOG_LEVEL: 'info' },
    })
    await process.line('leading')
    return new Leader(process.pid, port, async () => {
      await process.kill()
      rmSync(dataDir, { recursive: true, force: true })
    })
  }

  /** One more node with so many devices. */
  async join(name: string, devices = 1): Promise<SimulatedAgent> {
    const { secret } = await issueOneTimeSecret('join-node', 600_000)
    const agent = new SimulatedAgent(`ws://127.0.0.1:${this.port}/agent`, secret, name, devices)
    await agent.join()
    this.agents.push(agent)
    return agent
  }

  async stop(): Promise<void> {
    for (const agent of this.agents) agent.leave()
    await this.end()
  }
}

/** The server process of the database that a test web uses. */
export async function postmaster(web: TestWeb): Promise<number> {
  const { rows } = await web.db.pool.query<{ folder: string }>(
    `SELECT current_setting('data_directory') AS folder`,
  )
  return Number(readFileSync(join(rows[0]!.folder, 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** A sweep of so many runs, as somebody submits it. */
export async function insertLoadSweep(web: TestWeb, name: string, runs: number): Promise<string> {
  const { spec } = parseSpec({
    name,
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    method: 'random',
    runs,
    parameters: {
      learning_rate: { min: 1e-4, max: 1e-3 },
      rank: { values: [4] },
      batch_size: { values: [4] },
    },
    early_exit: { policy: 'none' },
  })
  const { userId: createdById } = await web.person('editor')
  const facts = { trainSamples: 10_000, validationSamples: 100 }
  const { id } = await insertSweep({
    projectId: web.projectId,
    spec: spec!,
    dataset: spec!.dataset,
    createdById,
    ...facts,
  })
  await web.db.pool.query('NOTIFY alto_work')
  return id
}
