import { setTimeout as wait } from 'node:timers/promises'
import type { TestWeb } from '../../test/support/web'
import { spread } from '../harness/spread'
import { Leader, postmaster } from './leader'
import { cpuSeconds, memoryMiB } from './process-use'

const AGENTS = Number(process.env.ALTO_LOAD_AGENTS ?? 1_000)
const DEVICES = 8
const JOINING_AT_ONCE = 20
const SECONDS = 60

/** Agents that are only there: what their heartbeats cost, and how long an answer takes. */
export async function stayConnected(web: TestWeb): Promise<object> {
  const leader = await Leader.start()
  try {
    const joinedAt = Date.now()
    for (let from = 0; from < AGENTS; from += JOINING_AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(JOINING_AT_ONCE, AGENTS - from) }, (_, index) =>
          leader.join(`connected-${from + index}`, DEVICES),
        ),
      )
    const joinSeconds = (Date.now() - joinedAt) / 1000
    await wait(5_000)
    for (const agent of leader.agents) agent.answerMs.length = 0
    const database = await postmaster(web)
    const used = () => [cpuSeconds(leader.pid), cpuSeconds(database)] as const
    const before = used()
    const memoryBefore = memoryMiB(leader.pid)
    const startedAt = Date.now()
    await wait(SECONDS * 1000)
    const seconds = (Date.now() - startedAt) / 1000
    const after = used()
    const { rows } = await web.db.pool.query<{ alive: number; gpus: number }>(
      `SELECT (SELECT count(*) FROM "Node" WHERE "state" = 'alive' AND "name" LIKE 'connected-%')::int AS alive,
         (SELECT count(*) FROM "Gpu" g JOIN "Node" n ON n."id" = g."nodeId" WHERE n."name" LIKE 'connected-%')::int AS gpus`,
    )
    const answers = leader.agents.flatMap((agent) => agent.answerMs)
    const share = (cpu: number) => Math.round((cpu / seconds) * 100) / 100
    return {
      case: `${AGENTS} simulated agents with ${DEVICES} devices each, connected, a heartbeat every 2 s`,
      ...rows[0]!,
      joinSeconds,
      heartbeatsPerSecond: Math.round(answers.length / seconds),
      heartbeatAnsweredMs: spread(answers),
      cores: { controlPlane: share(after[0] - before[0]), postgres: share(after[1] - before[1]) },
      controlPlaneMiB: { before: memoryBefore, after: memoryMiB(leader.pid) },
    }
  } finally {
    await leader.stop()
  }
}
