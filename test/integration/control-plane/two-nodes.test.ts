import { existsSync } from 'node:fs'
import { join } from 'node:path'
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
  max_length: 64,
  evaluations: 2,
  early_exit: { policy: 'none' as const },
  gpus: 2,
  gpus_per_executor: 2,
}
const ENV = { ALTO_CHECKPOINT_SECONDS: '0.3' }
const NODES = ['node-a', 'node-b'] as const

let postgres: TestPostgres
let cluster: TestCluster
const agents = new Map<string, TestProcess>()

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
  for (const name of NODES) agents.set(name, await cluster.agent(name, ENV, 1, name))
  await eventually('both nodes to have joined', 60, async () => {
    const nodes = await cluster.rows('SELECT 1 FROM "Gpu"')
    return nodes.length === 2
  })
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

const isRank = (pid: number) => wordsOf(pid).includes('--rank')
/** Pids of the ranks that an agent has started. */
const ranks = (name: string) => childrenOf(agents.get(name)!.pid).filter(isRank)

interface Executor {
  id: string
  kind: string
  state: string
  node: string
}
const executors = (sweepId: string) =>
  cluster.rows<Executor>(
    `SELECT e."id", e."kind", e."state", n."name" AS "node" FROM "Executor" e JOIN "Node" n ON n."id" = e."nodeId"
     WHERE e."jobId" = $1 ORDER BY e."startedAt", e."id"`,
    [sweepId],
  )

describe('an executor over two nodes', () => {
  test('[L26] [K15] trains to the end; what its runs leave is with the node that leads', async () => {
    const id = await cluster.submit({ name: 'short', ...SPEC, max_steps: 6 }, PARAMS)
    expect(await cluster.sweepState(id, ['done', 'failed'], 240)).toBe('done')
    const [leader, part] = await executors(id)
    expect([leader!.kind, part!.kind]).toEqual(['tuning', 'part'])
    expect(new Set([leader!.node, part!.node])).toEqual(new Set(NODES))
    const losses = await cluster.rows<{ count: number }>(
      `SELECT count(*)::int AS "count" FROM "Metric" m JOIN "Run" r ON r."id" = m."runId"
       WHERE r."sweepId" = $1 AND m."name" = 'train_loss' GROUP BY r."id"`,
      [id],
    )
    expect(losses).toEqual([{ count: 6 }, { count: 6 }])
    for (const { id: runId } of await cluster.rows<{ id: string }>(
      'SELECT "id" FROM "Run" WHERE "sweepId" = $1',
      [id],
    ))
      expect(
        existsSync(
          join(cluster.dataDir, leader!.node, 'artifacts/runs', runId, 'adapter/adapter_model.safetensors'),
        ),
      ).toBe(true)
    await eventually('all ranks to have ended', 60, () => NODES.every((name) => ranks(name).length === 0))
  }, 400_000)

  test('[L26] when the other agent dies, both nodes end their ranks, and the runs go on from their checkpoints', async () => {
    const id = await cluster.submit({ name: 'long', ...SPEC, max_steps: 1_000_000 }, PARAMS)
    const trains = (attempt: number) =>
      eventually(`both runs to train in attempt ${attempt}`, 240, async () => {
        const found = await cluster.rows<{ fromStep: number }>(
          `SELECT a."fromStep" FROM "Run" r JOIN "Attempt" a ON a."runId" = r."id" AND a."state" = 'running'
           AND a."number" >= $2 AND r."step" > a."fromStep" WHERE r."sweepId" = $1`,
          [id, attempt],
        )
        return found.length === 2 && found
      })
    await trains(1)
    await eventually('a checkpoint of each run', 120, async () => {
      const found = await cluster.rows(
        `SELECT DISTINCT c."runId" FROM "Checkpoint" c JOIN "Run" r ON r."id" = c."runId"
         WHERE r."sweepId" = $1 AND c."step" > 0`,
        [id],
      )
      return found.length === 2
    })
    const [leader, part] = await executors(id)
    const before = NODES.flatMap(ranks)
    expect(before).toHaveLength(2)
    await agents.get(part!.node)!.kill('SIGKILL')
    // Should a rank not notice that the other is gone, it is ended with its leader's leases.
    await eventually('the ranks of both nodes to have ended', 300, () => !before.some(isRank))
    await eventually('the executor to have ended', 300, async () => {
      const found = await executors(id)
      return found.find((one) => one.id === leader!.id)!.state === 'ended'
    })
    agents.set(part!.node, await cluster.agent(part!.node, ENV, 1, part!.node))
    expect((await trains(2)).every(({ fromStep }) => fromStep > 0)).toBe(true)
    expect(NODES.map((name) => ranks(name).length)).toEqual([1, 1])

    await cluster.wish('cancel', `sweep:${id}`)
    await cluster.sweepState(id, ['cancelled'], 180)
    expect(NODES.flatMap(ranks)).toEqual([])
    expect((await executors(id)).every(({ state }) => state === 'ended')).toBe(true)
  }, 1_200_000)
})
