import { eventually } from '../support/processes'
import { processesIn } from './processes-in'
import type { Stage } from './stage'

/** Longer than any honest recovery on a busy machine: two leases until a node is lost, and a new executor. */
export const RECOVERY_SECONDS = 240
const STRAY_SECONDS = 60
const DATABASE_SECONDS = 120

/**
 * Seconds until every sweep and every request that had begun has a step that it had not before, or has ended; `null` where
 * that takes too long.
 */
export async function recovery(stage: Stage): Promise<number | null> {
  const from = Date.now()
  try {
    const before = await whenItAnswers(() => openWork(stage))
    await eventually('work to go on', RECOVERY_SECONDS, () =>
      whenItAnswers(async () => {
        const now = await openWork(stage)
        return [...before].every(([id, steps]) => (now.get(id) ?? Number.POSITIVE_INFINITY) > steps)
      }),
    )
    return (Date.now() - from) / 1000
  } catch {
    return null
  }
}

/** Steps of everything that has begun and not ended. */
async function openWork(stage: Stage): Promise<Map<string, number>> {
  const requests = await stage.cluster.rows<{ id: string; steps: number }>(
    `SELECT "id", "stepsDone" AS "steps" FROM "Request" WHERE "state" IN ('running', 'paused')`,
  )
  return new Map([...(await placedSweeps(stage)), ...requests.map((row) => [row.id, row.steps] as const)])
}

/** Stored steps of sweeps that have begun and not ended, each attempt's own. */
async function placedSweeps(stage: Stage): Promise<Map<string, number>> {
  const rows = await stage.cluster.rows<{ id: string; steps: number }>(
    `SELECT j."id", (SELECT count(*)::int FROM "Metric" m JOIN "Run" r ON r."id" = m."runId"
       WHERE r."sweepId" = j."id" AND m."name" = 'train_loss') AS "steps"
     FROM "Job" j WHERE j."kind" = 'sweep' AND j."state" IN ('waiting', 'running') AND j."startedAt" IS NOT NULL`,
  )
  return new Map(rows.map((row) => [row.id, row.steps]))
}

/** Executors that no agent owns. They are given the time that they need to notice. */
export async function strayExecutors(stage: Stage): Promise<string[]> {
  const strays = () => {
    const agents = new Set(stage.agents.map((agent) => agent.process.pid))
    return processesIn(stage.cluster.dataDir).filter(
      (one) => one.command.includes('alto_agent.executors ') && !agents.has(one.parent),
    )
  }
  try {
    await eventually('executors without an agent to end', STRAY_SECONDS, () => strays().length === 0)
    return []
  } catch {
    return strays().map((one) => `An executor outlived its agent: process ${one.pid}, ${one.command}`)
  }
}

/** The database may be away: that is the point. */
export async function whenItAnswers<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + DATABASE_SECONDS * 1000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
