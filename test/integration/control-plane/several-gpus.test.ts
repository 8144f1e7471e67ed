import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'
import { childrenOf, eventually, type TestProcess, wordsOf } from '../../support/processes'

const RATES = [1e-3, 3e-3]
const PARAMS = RATES.map((learning_rate) => ({ learning_rate, rank: 4, batch_size: 2 }))
const SPEC = {
  model: 'builtin/tiny-llama',
  dataset: 'builtin/arithmetic',
  parameters: { learning_rate: { values: RATES } },
  /** More than any machine trains before the test is over. */
  max_steps: 1_000_000,
  max_length: 64,
  evaluations: 10,
  early_exit: { policy: 'none' as const },
  gpus: 2,
  gpus_per_executor: 2,
}

let postgres: TestPostgres
let cluster: TestCluster
let agent: TestProcess

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
  agent = await cluster.agent('node-a', { ALTO_CHECKPOINT_SECONDS: '0.3' }, 2)
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

interface RunRow {
  step: number
  attempt: number
  fromStep: number
}

const runs = (sweepId: string) =>
  cluster.rows<RunRow>(
    `SELECT r."step", a."number" AS "attempt", a."fromStep" FROM "Run" r JOIN "Attempt" a ON a."runId" = r."id"
     AND a."state" = 'running' WHERE r."sweepId" = $1`,
    [sweepId],
  )
/** Pids of the ranks by rank. */
const ranks = () =>
  new Map(
    childrenOf(agent.pid).flatMap((pid) => {
      const words = wordsOf(pid)
      return words.includes('--rank') ? [[words[words.indexOf('--rank') + 1]!, pid] as const] : []
    }),
  )

describe('an executor over two devices', () => {
  test('[X21] [K3] trains as one, and after a kill of one rank as another one from the checkpoints', async () => {
    const id = await cluster.submit({ name: 'two devices', ...SPEC }, PARAMS)
    const trains = (attempt: number) =>
      eventually(`both runs to train in attempt ${attempt}`, 200, async () => {
        const found = await runs(id)
        return found.length === 2 && found.every((run) => run.attempt >= attempt && run.step > run.fromStep)
      })
    await trains(1)
    const [executor] = await cluster.rows<{ id: string; gpuIds: string[] }>(
      'SELECT "id", "gpuIds" FROM "Executor" WHERE "jobId" = $1',
      [id],
    )
    expect(executor!.gpuIds).toHaveLength(2)
    await eventually('a checkpoint of each run, whichever rank has it', 120, async () => {
      const [found] = await cluster.rows<{ count: number }>(
        `SELECT count(DISTINCT c."runId")::int AS "count" FROM "Checkpoint" c JOIN "Run" r ON r."id" = c."runId"
         WHERE r."sweepId" = $1 AND c."step" > 0`,
        [id],
      )
      return found!.count === 2
    })
    const before = ranks()
    expect([...before.keys()].sort()).toEqual(['0', '1'])
    process.kill(before.get('1')!, 'SIGKILL')
    await trains(2)
    expect((await runs(id)).every((run) => run.fromStep > 0)).toBe(true)
    expect([...before.values()].filter((pid) => wordsOf(pid).includes('--rank'))).toEqual([])
    const [ended] = await cluster.rows<{ state: string; fault: string; message: string }>(
      'SELECT "state", "fault", "message" FROM "Executor" WHERE "id" = $1',
      [executor!.id],
    )
    expect(ended).toMatchObject({ state: 'ended', fault: 'crash' })
    expect(ended!.message).toContain('was killed')
    const doubled = await cluster.rows(
      `SELECT 1 FROM "Metric" m JOIN "Run" r ON r."id" = m."runId" WHERE r."sweepId" = $1
       GROUP BY m."runId", m."name", m."step", m."attempt" HAVING count(*) > 1`,
      [id],
    )
    expect(doubled).toEqual([])

    await cluster.wish('cancel', `sweep:${id}`)
    await cluster.sweepState(id, ['cancelled'])
    expect(ranks().size).toBe(0)
  }, 600_000)
})
