import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from '../support/cluster'
import { freePort, startPostgres, type TestPostgres } from '../support/postgres'
import {
  childrenOf,
  eventually,
  isAlive,
  startAgent,
  startControlPlane,
  type TestProcess,
} from '../support/processes'
import { Cable } from './cable'
import type { Fault } from './fault'
import { Namespace } from './namespace'
import { makeToken, RestClient } from './rest-client'
import { buildPages, startWebProcess } from './web-process'

export interface StageOptions {
  agents: number
  leaseSeconds: number
  /** Real network namespaces where this process may make them, else a relay of ours. */
  namespaces: boolean
  /** A web process, and one node more that serves. */
  web: boolean
}

const JOIN_SECONDS = 120
/** Its device belongs to the deployment. */
export const SERVING_NODE = 'node-serving'

interface Agent {
  name: string
  process: TestProcess
  start(): Promise<TestProcess>
  cut(): void
  mend(): void
  close(): Promise<void>
}

/**
 * Everything that can be hurt: a real Postgres, a control plane that reaches it through a cable, and agents that reach
 * the control plane through theirs. The stage itself sees the database directly.
 */
export class Stage {
  readonly agents: Agent[] = []
  /** Talks to the web; without one on the stage nothing answers it. */
  client = new RestClient([], '')
  private controlPlane: TestProcess | undefined
  private web: { process: TestProcess; start(): Promise<TestProcess>; cable: Cable } | undefined

  private constructor(
    readonly cluster: TestCluster,
    private readonly postgres: TestPostgres,
    private readonly toPostgres: Cable,
    private readonly env: Record<string, string>,
  ) {}

  static async open(options: StageOptions): Promise<Stage> {
    const postgres = await startPostgres()
    const databaseUrl = await postgres.createDatabase()
    const cluster = await TestCluster.create(databaseUrl)
    // A query that is under way when the database is killed fails; its connection must not end this program.
    cluster.pool.on('error', () => {})
    const { hostname, port } = new URL(databaseUrl)
    const cable = await Cable.lay({ host: hostname, port: Number(port) })
    const stage = new Stage(cluster, postgres, cable, {
      ALTO_LEASE_SECONDS: String(options.leaseSeconds),
      ALTO_HEARTBEAT_SECONDS: String(Math.min(0.5, options.leaseSeconds / 10)),
      ALTO_POLL_SECONDS: '1',
      ALTO_GATEWAY_HOST: options.namespaces ? '0.0.0.0' : '127.0.0.1',
    })
    mkdirSync(stage.artifacts, { recursive: true })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stage.abandon())
    await stage.startControlPlane()
    for (let number = 0; number < options.agents; number++)
      await stage.addAgent(`node-${number}`, number, options.namespaces)
    if (options.web) {
      await stage.addWeb()
      await stage.addAgent(SERVING_NODE, options.agents, options.namespaces)
    }
    await stage.everyoneIsThere()
    return stage
  }

  /** One artifact store for all nodes, so that a run can go on elsewhere. */
  get artifacts(): string {
    return join(this.cluster.dataDir, 'artifacts')
  }

  /** Executors of all agents that live. */
  executors(): number[] {
    return executorsOf(this.agents)
  }

  /** Begins an outage; the answer ends it. `choice` picks among several of a kind. */
  async inflict(fault: Fault, choice: number): Promise<() => Promise<void>> {
    // The node that serves is meant while it serves, one of the others while they train.
    const meant = this.agents.filter((one) => (one.name === SERVING_NODE) === (fault.moment === 'serving'))
    const agent = meant[choice % meant.length]!
    switch (fault.target) {
      case 'postgres':
        return this.hurtPostgres(fault.means)
      case 'control-plane':
        if (fault.means === 'cut') return this.cutPostgres()
        return hurt(fault.means, this.controlPlane!, () => this.startControlPlane())
      case 'agent':
        if (fault.means === 'cut') {
          agent.cut()
          return async () => agent.mend()
        }
        return hurt(fault.means, agent.process, async () => {
          agent.process = await agent.start()
        })
      case 'executor':
        return hurtExecutor(fault.means, executorsOf(meant), choice)
      case 'web':
        return this.hurtWeb(fault.means)
    }
  }

  /** Writes what every process has said so far, one file each. */
  keepLogs(folder: string): void {
    mkdirSync(folder, { recursive: true })
    for (const process of this.cluster.processes)
      writeFileSync(join(folder, `${process.pid}.log`), `${process.lines.join('\n')}\n`)
  }

  async close(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.process.kill('SIGTERM')))
    await this.cluster.close()
    await this.toPostgres.close()
    await this.web?.cable.close()
    await Promise.all(this.agents.map((agent) => agent.close()))
    await this.postgres.stop()
  }

  /** Leaves nothing behind where this program is asked to end in the middle. */
  private abandon(): void {
    for (const pid of [...this.executors(), ...[...this.cluster.processes].map((one) => one.pid)])
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    for (const agent of this.agents) void agent.close()
    process.exit(130)
  }

  private async startControlPlane(): Promise<void> {
    const { cluster } = this
    const url = new URL(cluster.databaseUrl)
    url.port = String(this.toPostgres.port)
    const { port, dataDir } = cluster
    this.controlPlane = await startControlPlane(url.href, { port, dataDir, env: this.env })
    cluster.processes.add(this.controlPlane)
  }

  private async everyoneIsThere(): Promise<void> {
    const { cluster, agents } = this
    await eventually(`${agents.length} nodes`, JOIN_SECONDS, async () => {
      const gone = agents.find((agent) => agent.process.child.exitCode !== null)
      if (gone) throw new Error(`${gone.name} did not start:\n${gone.process.lines.slice(-5).join('\n')}`)
      const [row] = await cluster.rows<{ count: number }>(
        `SELECT count(*)::int AS "count" FROM "Node" WHERE "state" = 'alive'`,
      )
      return row!.count === agents.length
    })
  }

  private async addWeb(): Promise<void> {
    await buildPages()
    const { cluster } = this
    const url = new URL(cluster.databaseUrl)
    const cable = await Cable.lay({ host: url.hostname, port: Number(url.port) })
    url.port = String(cable.port)
    const port = await freePort()
    const start = async () => {
      const process = await startWebProcess({ databaseUrl: url.href, dataDir: cluster.dataDir, port })
      cluster.processes.add(process)
      return process
    }
    this.web = { process: await start(), start, cable }
    this.client = new RestClient([`http://127.0.0.1:${port}`], await makeToken(cluster))
  }

  private async hurtWeb(means: Fault['means']): Promise<() => Promise<void>> {
    const { web } = this
    if (!web) throw new Error('There is no web on this stage.')
    if (means === 'cut') {
      web.cable.cut()
      return async () => web.cable.mend()
    }
    return hurt(means, web.process, async () => {
      web.process = await web.start()
    })
  }

  private async addAgent(name: string, number: number, inNamespace: boolean): Promise<void> {
    const { cluster } = this
    const dataDir = join(cluster.dataDir, name)
    mkdirSync(dataDir)
    symlinkSync(this.artifacts, join(dataDir, 'artifacts'))
    const space = inNamespace ? Namespace.make(number) : null
    const relay = space ? null : await Cable.lay({ host: '127.0.0.1', port: cluster.port })
    const where = space
      ? { host: space.host, port: cluster.port, within: space.within }
      : { port: relay!.port }
    const start = async () => {
      const process = startAgent({
        ...where,
        name,
        dataDir,
        token: await cluster.invite(),
        env: { ALTO_CHECKPOINT_SECONDS: '1' },
      })
      cluster.processes.add(process)
      return process
    }
    this.agents.push({
      name,
      process: await start(),
      start,
      cut: () => (space ?? relay!).cut(),
      mend: () => (space ?? relay!).mend(),
      close: async () => {
        space?.close()
        await relay?.close()
      },
    })
  }

  private async hurtPostgres(means: Fault['means']): Promise<() => Promise<void>> {
    if (means === 'cut') return this.cutPostgres()
    if (means === 'kill') {
      await this.postgres.crash()
      return () => this.postgres.start()
    }
    this.postgres.signal('SIGSTOP')
    return async () => this.postgres.signal('SIGCONT')
  }

  private cutPostgres(): () => Promise<void> {
    this.toPostgres.cut()
    return async () => this.toPostgres.mend()
  }
}

async function hurt(
  means: Fault['means'],
  process: TestProcess,
  startAgain: () => Promise<void>,
): Promise<() => Promise<void>> {
  if (means === 'kill') {
    await process.kill('SIGKILL')
    return startAgain
  }
  process.child.kill('SIGSTOP')
  return async () => {
    process.child.kill('SIGCONT')
  }
}

function executorsOf(agents: readonly Agent[]): number[] {
  return agents.flatMap((agent) => (isAlive(agent.process.pid) ? childrenOf(agent.process.pid) : []))
}

/** Nobody starts an executor again but the control plane; where none lives, nothing is hurt. */
function hurtExecutor(means: Fault['means'], executors: number[], choice: number): () => Promise<void> {
  const pid = executors[choice % executors.length]
  if (pid === undefined) return async () => {}
  process.kill(pid, means === 'kill' ? 'SIGKILL' : 'SIGSTOP')
  return async () => {
    if (means === 'freeze' && isAlive(pid)) process.kill(pid, 'SIGCONT')
  }
}
