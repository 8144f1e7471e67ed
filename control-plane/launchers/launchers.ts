import { customAlphabet } from 'nanoid'
import type { Pool } from 'pg'
import { type LauncherView, wantedAgents } from '../../engine/cluster/wanted-agents'
import {
  askedOf,
  issueJoinToken,
  launchedNodes,
  queueOf,
  storeLaunchers,
  storeLook,
} from '../../server/db/launchers'
import { log } from '../log'
import type { EngineAgent, Launcher } from './launcher'
import { type LauncherSpec, openLauncher } from './read-launchers'

/** Until an agent that waits in somebody else's queue may still join. */
const JOIN_SECONDS = 24 * 3600
/** Not more at once: a wrong rule should be seen before it has filled a cluster. */
const MOST_AT_ONCE = 16
const newId = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 6)

interface Known {
  spec: LauncherSpec
  launcher: Launcher
  startedAt: Map<string, number>
  /** Since when an agent has run without its node being with us. */
  absentSince: Map<string, number>
}

/** Looks at every launcher in turn, decides how many agents it should have, and asks it for them. */
export class Launchers {
  private readonly known: Known[]
  private looking: Promise<void> | undefined

  constructor(
    private readonly pool: Pool,
    specs: readonly LauncherSpec[],
    private readonly agentUrl: string,
  ) {
    this.known = specs.map((spec) => ({
      spec,
      launcher: openLauncher(spec),
      startedAt: new Map(),
      absentSince: new Map(),
    }))
  }

  async open(): Promise<void> {
    await storeLaunchers(
      this.pool,
      this.known.map(({ spec }) => spec),
    )
  }

  /** One look at all of them; a look that takes long is not begun a second time. */
  look(): Promise<void> {
    this.looking ??= this.lookAtAll().finally(() => {
      this.looking = undefined
    })
    return this.looking
  }

  async close(): Promise<void> {
    await this.looking?.catch(() => undefined)
    await Promise.all(this.known.map(({ launcher }) => launcher.close()))
  }

  private async lookAtAll(): Promise<void> {
    for (const known of this.known) {
      const { name } = known.spec
      try {
        await this.lookAt(known)
      } catch (error) {
        const { message } = error as Error
        log.warn({ launcher: name, error: message }, 'a launcher failed')
        await storeLook(this.pool, { name, wanted: 0, why: '', agents: [], error: message })
      }
    }
  }

  private async lookAt(known: Known): Promise<void> {
    const { spec, launcher } = known
    const agents = await launcher.list()
    const view = await this.viewOf(known, agents)
    const decided = wantedAgents(view, await queueOf(this.pool))
    for (const id of decided.stop) await launcher.stop(id)
    const started = Math.min(decided.start, MOST_AT_ONCE)
    for (let i = 0; i < started; i++)
      await launcher.start({
        name: `${spec.name}-${newId()}`,
        url: this.agentUrl,
        joinToken: await issueJoinToken(this.pool, JOIN_SECONDS),
      })
    if (started + decided.stop.length > 0)
      log.info(
        { launcher: spec.name, started, stopped: decided.stop.length, rule: decided.rule },
        decided.why,
      )
    await storeLook(this.pool, {
      name: spec.name,
      wanted: agents.length + decided.start - decided.stop.length,
      why: decided.why,
      agents: started > 0 ? await launcher.list() : agents.filter(({ id }) => !decided.stop.includes(id)),
      error: null,
    })
  }

  private async viewOf(
    { spec, launcher, startedAt, absentSince }: Known,
    agents: readonly EngineAgent[],
  ): Promise<LauncherView> {
    const nodes = await launchedNodes(
      this.pool,
      agents.map((agent) => agent.name),
    )
    const nodeOf = new Map(nodes.map((node) => [node.name, node]))
    const now = performance.now() / 1000
    const absent = agents.filter((agent) => agent.state === 'running' && !nodeOf.has(agent.name))
    keepFirst(startedAt, agents, now)
    keepFirst(absentSince, absent, now)
    return {
      min: spec.min,
      max: spec.max,
      asked: await askedOf(this.pool, spec.name),
      machines: await launcher.machines(),
      gpusPerAgent: spec.gpusPerAgent,
      idleSeconds: spec.idleMinutes * 60,
      agents: agents.map((agent) => {
        const node = nodeOf.get(agent.name)
        return {
          id: agent.id,
          // Until it has joined, its GPUs are still to come.
          state: node ? 'running' : 'starting',
          busy: node?.busy ?? false,
          idleSeconds: node && !node.busy ? node.idleSeconds : 0,
          startedAt: startedAt.get(agent.id) ?? now,
          absentSeconds: now - (absentSince.get(agent.id) ?? now),
        }
      }),
    }
  }
}

/** Remembers when each agent was first seen as it is now, and forgets the others. */
function keepFirst(since: Map<string, number>, agents: readonly EngineAgent[], now: number): void {
  for (const id of since.keys()) if (!agents.some((agent) => agent.id === id)) since.delete(id)
  for (const { id } of agents) if (!since.has(id)) since.set(id, now)
}
