import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'
import { childrenOf, eventually, type TestProcess } from '../../support/processes'

/** Long enough that a fast machine is still training when the last process is killed. */
const STEPS = 1200
const RATES = [1e-3, 3e-3]
const SPEC = {
  model: 'builtin/tiny-llama',
  dataset: 'builtin/arithmetic',
  parameters: { learning_rate: { values: RATES } },
  max_steps: STEPS,
  max_length: 64,
  evaluations: 6,
  early_exit: { policy: 'none' as const },
}
const PARAMS = RATES.map((learning_rate) => ({ learning_rate, rank: 4, batch_size: 2 }))
const AGENT_ENV = { ALTO_CHECKPOINT_SECONDS: '0.3' }

let postgres: TestPostgres
let cluster: TestCluster
let controlPlane: TestProcess
let agent: TestProcess

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  controlPlane = await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
  agent = await cluster.agent('node-a', AGENT_ENV)
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

const progress = async (sweepId: string) => {
  const [row] = await cluster.rows<{ step: number }>(
    'SELECT min("step") AS "step" FROM "Run" WHERE "sweepId" = $1',
    [sweepId],
  )
  return row!.step
}
const beyond = (sweepId: string, step: number) =>
  eventually(`every run to be beyond step ${step}`, 120, async () => (await progress(sweepId)) > step)
const epochs = async (sweepId: string) =>
  (
    await cluster.rows<{ epoch: number }>('SELECT max("epoch") AS "epoch" FROM "Run" WHERE "sweepId" = $1', [
      sweepId,
    ])
  )[0]!.epoch
const losses = (sweepId: string, name: string) =>
  cluster.rows<{ number: number; step: number; value: number }>(
    `SELECT DISTINCT ON (r."number", m."step") r."number", m."step", m."value" FROM "Metric" m
     JOIN "Run" r ON r."id" = m."runId" WHERE r."sweepId" = $1 AND m."name" = $2
     ORDER BY r."number", m."step", m."attempt" DESC`,
    [sweepId, name],
  )

describe('kill -9 in the middle of a sweep', () => {
  test('[L1] [L4] [L8] [L12] of executor, control plane and agent loses and doubles nothing', async () => {
    const calm = await cluster.submit({ ...SPEC, name: 'calm' }, PARAMS)
    expect(await cluster.sweepState(calm, ['done', 'failed'], 240)).toBe('done')

    const stormy = await cluster.submit({ ...SPEC, name: 'stormy' }, PARAMS)
    await beyond(stormy, 3)
    const executors = childrenOf(agent.pid)
    expect(executors.length).toBe(1)
    process.kill(executors[0]!, 'SIGKILL')
    await eventually('the runs to be placed again', 60, async () => (await epochs(stormy)) >= 2)

    await controlPlane.kill('SIGKILL')
    controlPlane = await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
    await controlPlane.line('leading')
    await beyond(stormy, (await progress(stormy)) + 5)

    expect(await progress(stormy)).toBeLessThan(STEPS)
    await agent.kill('SIGKILL')
    agent = await cluster.agent('node-a', AGENT_ENV)
    expect(await cluster.sweepState(stormy, ['done', 'failed'], 300)).toBe('done')

    for (const name of ['train_loss', 'val_loss', 'eval_train_loss'])
      expect(await losses(stormy, name)).toEqual(await losses(calm, name))
    expect((await losses(stormy, 'train_loss')).length).toBe(STEPS * RATES.length)
    const live = await cluster.rows(
      `SELECT 1 FROM "Attempt" WHERE "state" IN ('starting', 'running', 'ending')`,
    )
    expect(live).toEqual([])
    const attempts = await cluster.rows<{ number: number }>(
      `SELECT max(a."number") AS "number" FROM "Attempt" a JOIN "Run" r ON r."id" = a."runId" WHERE r."sweepId" = $1`,
      [stormy],
    )
    expect(attempts[0]!.number).toBeGreaterThanOrEqual(3)
  }, 900_000)
})
