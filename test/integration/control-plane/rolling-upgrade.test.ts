import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'
import { eventually } from '../../support/processes'

let postgres: TestPostgres
let cluster: TestCluster
beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
})
afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

const steps = async () =>
  (
    await cluster.rows<{ steps: number }>(
      `SELECT count(*)::int AS "steps" FROM "Metric" WHERE "name" = 'train_loss'`,
    )
  )[0]!.steps

async function goesOn(): Promise<void> {
  const before = await steps()
  await eventually('training to go on', 120, async () => (await steps()) > before)
}

test('[L5] [L8] the control plane is replaced while a sweep trains: the new one stands by, leads, and no attempt ends', async () => {
  const env = { ALTO_POLL_SECONDS: '1', ALTO_HEARTBEAT_SECONDS: '0.5' }
  const old = await cluster.controlPlane(env)
  await old.line('leading')
  await cluster.agent()
  // More steps than any machine trains in this time.
  const spec = {
    name: 'meanwhile',
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    parameters: { learning_rate: { values: [1e-3, 2e-3] } },
    max_steps: 100_000,
    max_length: 64,
    early_exit: { policy: 'none' as const },
  }
  const params = [1e-3, 2e-3].map((learning_rate) => ({ learning_rate, rank: 4, batch_size: 2 }))
  await cluster.submit(spec, params)
  await eventually('the first steps', 120, async () => (await steps()) > 0)

  const fresh = await cluster.controlPlane(env)
  await fresh.line('stands by')
  expect(await old.kill('SIGTERM')).toBe(0)
  cluster.processes.delete(old)
  await fresh.line('leading')
  await goesOn()
  const attempts = await cluster.rows('SELECT "number", "state"::text FROM "Attempt"')
  expect(attempts).toEqual(params.map(() => ({ number: 1, state: 'running' })))
}, 400_000)
