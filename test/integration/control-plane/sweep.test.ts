import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'

let postgres: TestPostgres
let cluster: TestCluster

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  await cluster.controlPlane()
  await cluster.agent()
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

describe('a sweep that was written as rows', () => {
  test('trains every run to its end and names the best', async () => {
    const rates = [1e-3, 5e-3, 1e-2]
    const id = await cluster.submit(
      {
        name: 'three rates',
        model: 'builtin/tiny-llama',
        dataset: 'builtin/arithmetic',
        parameters: { learning_rate: { values: rates } },
        max_steps: 12,
        max_length: 64,
        evaluations: 4,
        early_exit: { policy: 'none' },
      },
      rates.map((learning_rate) => ({ learning_rate, rank: 4, batch_size: 2 })),
    )
    expect(await cluster.sweepState(id, ['done', 'failed'])).toBe('done')
    const runs = await cluster.rows<{ id: string; state: string; step: number; bestValLoss: number }>(
      'SELECT * FROM "Run" WHERE "sweepId" = $1 ORDER BY "number"',
      [id],
    )
    expect(runs.map((run) => [run.state, run.step])).toEqual(rates.map(() => ['done', 12]))
  })
})
