/**
 * How many points a second the control plane takes in: simulated agents speak the real protocol to a real control plane,
 * which stores in a real Postgres with its usual settings. A point counts when it is committed and acknowledged.
 * Prints one JSON object last.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Platform, startPlatform } from '../../test/e2e/support/platform'
import { askRest } from '../harness/platform-rest'
import { reportResult } from '../harness/report-result'
import { SimulatedAgent } from '../harness/simulated-agent'
import { spread } from '../harness/spread'
import { blast, POINTS_PER_EVENT } from './blast'

const SECONDS = 15
const RUNS = 16

async function join(platform: Platform, name: string): Promise<SimulatedAgent> {
  const { command } = await askRest<{ command: string }>(platform, 'POST', '/nodes/join-token')
  const [, url, token] = /node join (\S+) .*--token (\S+)/.exec(command) ?? []
  const agent = new SimulatedAgent(url!, token!, name)
  await agent.join()
  return agent
}

/** A sweep for each new agent, large enough to fill its slots. */
async function giveWork(platform: Platform, agent: SimulatedAgent): Promise<void> {
  await askRest(platform, 'POST', '/sweeps?facts=false', {
    name: `points of ${agent.name}`,
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    method: 'random',
    runs: RUNS,
    parameters: {
      learning_rate: { min: 1e-4, max: 1e-3 },
      rank: { values: [4] },
      batch_size: { values: [4] },
    },
    early_exit: { policy: 'none' },
  })
  for (const end = Date.now() + 60_000; agent.runs.length < RUNS; await wait(100))
    if (Date.now() > end)
      throw new Error(`${agent.name} has ${agent.runs.length} of ${RUNS} runs after a minute.`)
}

const platform = await startPlatform('--no-agent')
const agents: SimulatedAgent[] = []
const cases: object[] = []
try {
  for (const count of [1, 4, 16]) {
    while (agents.length < count) {
      const agent = await join(platform, `simulated-${agents.length}`)
      agents.push(agent)
      await giveWork(platform, agent)
    }
    const startedAt = Date.now()
    const blasts = await Promise.all(agents.map((agent) => blast(agent, startedAt + SECONDS * 1000)))
    const seconds = (Date.now() - startedAt) / 1000
    const points = blasts.reduce((sum, one) => sum + one.points, 0)
    cases.push({
      case: `${count} simulated ${count === 1 ? 'agent' : 'agents'} with ${RUNS} runs each, as fast as acknowledged`,
      points,
      seconds,
      pointsPerSecond: Math.round(points / seconds),
      eventsPerSecond: Math.round(points / POINTS_PER_EVENT / seconds),
      acknowledgedMs: spread(blasts.flatMap((one) => one.ackMs)),
    })
    process.stderr.write(`${JSON.stringify(cases.at(-1))}\n`)
  }
  reportResult('ingest', cases)
} finally {
  for (const agent of agents) agent.leave()
  await platform.stop()
}
