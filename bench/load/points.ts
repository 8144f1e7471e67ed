import { eventually } from '../../test/support/processes'
import type { TestWeb } from '../../test/support/web'
import { spread } from '../harness/spread'
import { blast } from '../ingest/blast'
import { insertLoadSweep, Leader, postmaster } from './leader'
import { cpuSeconds, memoryMiB } from './process-use'

const SECONDS = 15
const AGENTS = 4
const RUNS_PER_AGENT = 16

/** How many points a second are taken in, and what a million of them cost each process. */
export async function takeInPoints(web: TestWeb): Promise<object> {
  const leader = await Leader.start()
  try {
    for (let number = 0; number < AGENTS; number++) {
      const agent = await leader.join(`simulated-${number}`)
      await insertLoadSweep(web, `points ${number}`, RUNS_PER_AGENT)
      await eventually(`runs of ${agent.name}`, 120, () => agent.runs.length >= RUNS_PER_AGENT)
    }
    const database = await postmaster(web)
    const used = () => [cpuSeconds(leader.pid), cpuSeconds(database), process.cpuUsage()] as const
    const before = used()
    const startedAt = Date.now()
    const blasts = await Promise.all(leader.agents.map((agent) => blast(agent, startedAt + SECONDS * 1000)))
    const seconds = (Date.now() - startedAt) / 1000
    const after = used()
    const points = blasts.reduce((sum, one) => sum + one.points, 0)
    const { rows } = await web.db.pool.query<{ stored: number }>('SELECT count(*) AS "stored" FROM "Metric"')
    const perMillion = (cpu: number) => Math.round((cpu / points) * 1e8) / 100
    const ours = after[2].user + after[2].system - before[2].user - before[2].system
    return {
      case: `Alto: ${AGENTS} simulated agents with ${RUNS_PER_AGENT} runs each, Postgres, as fast as acknowledged`,
      points,
      stored: rows[0]!.stored,
      lost: points - rows[0]!.stored,
      seconds,
      pointsPerSecond: Math.round(points / seconds),
      acknowledgedMs: spread(blasts.flatMap((one) => one.ackMs)),
      cpuSecondsPerMillionPoints: {
        controlPlane: perMillion(after[0] - before[0]),
        postgres: perMillion(after[1] - before[1]),
        simulatedAgents: perMillion(ours / 1e6),
      },
      controlPlaneMiB: memoryMiB(leader.pid),
    }
  } finally {
    await leader.stop()
  }
}
