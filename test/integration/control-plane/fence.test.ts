import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'
import { eventually, type TestProcess } from '../../support/processes'

const LEASES = { ALTO_LEASE_SECONDS: '8', ALTO_HEARTBEAT_SECONDS: '0.5', ALTO_POLL_SECONDS: '1' }

let postgres: TestPostgres
let cluster: TestCluster
let controlPlane: TestProcess
let agent: TestProcess

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  controlPlane = await cluster.controlPlane(LEASES)
  agent = await cluster.agent()
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

test('[L6] [L8] an agent that cannot renew parks its work by itself, and it goes on from there', async () => {
  const id = await cluster.submit(
    {
      name: 'fenced',
      model: 'builtin/tiny-llama',
      dataset: 'builtin/arithmetic',
      parameters: { learning_rate: { values: [1e-3] } },
      max_steps: 100_000,
      max_length: 64,
      evaluations: 4,
      early_exit: { policy: 'none' },
    },
    [{ learning_rate: 1e-3, rank: 4, batch_size: 2 }],
  )
  await eventually('it to train', 90, async () => {
    const [run] = await cluster.rows<{ step: number }>('SELECT "step" FROM "Run" WHERE "sweepId" = $1', [id])
    return run!.step > 2
  })
  await controlPlane.kill('SIGKILL')
  await agent.line('lease ended, parking')
  controlPlane = await cluster.controlPlane(LEASES)
  const second = await eventually('it to go on', 120, async () => {
    const [row] = await cluster.rows<{ fromStep: number; runId: string }>(
      `SELECT a."fromStep", a."runId" FROM "Attempt" a JOIN "Run" r ON r."id" = a."runId"
       WHERE a."number" = 2 AND a."state" = 'running' AND r."step" > a."fromStep" + 5`,
    )
    return row
  })
  expect(second.fromStep).toBeGreaterThan(0)
  const [first] = await cluster.rows('SELECT "endReason", "state"::text FROM "Attempt" WHERE "number" = 1')
  expect(first).toEqual({ endReason: 'lease-lost', state: 'ended' })
  await cluster.wish('stop', `run:${second.runId}`)
  await cluster.sweepState(id, ['done'], 60)
  const steps = await cluster.rows<{ step: number }>(
    `SELECT "step" FROM "Metric" WHERE "name" = 'train_loss' ORDER BY "step", "attempt"`,
  )
  expect(steps.map((row) => row.step)).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1))
}, 300_000)
