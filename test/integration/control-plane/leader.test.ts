import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestCluster } from '../../support/cluster'
import { freePort, startPostgres, type TestPostgres } from '../../support/postgres'
import { eventually, startControlPlane } from '../../support/processes'

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

test('one leads, another stands by and takes over; a database that is away is waited for', async () => {
  const first = await cluster.controlPlane()
  await first.line('"leading"')
  const second = await startControlPlane(cluster.databaseUrl, {
    port: await freePort(),
    dataDir: cluster.dataDir,
  })
  cluster.processes.add(second)
  await second.line('stands by')
  expect(second.lines.some((line) => line.includes('"leading"'))).toBe(false)

  await first.kill('SIGKILL')
  await second.line('"leading"')

  await postgres.halt()
  await second.line('waiting for it')
  await postgres.start()
  await eventually(
    'it to lead again',
    60,
    () => second.lines.filter((line) => line.includes('"leading"')).length === 2,
  )
}, 180_000)

test('[L21] the lock of a frozen leader is freed; when it wakes up it stands by', async () => {
  const frozen = await TestCluster.create(await postgres.createDatabase())
  try {
    const env = { ALTO_LEASE_SECONDS: '8' }
    const first = await frozen.controlPlane(env)
    await first.line('"leading"')
    const second = await startControlPlane(frozen.databaseUrl, {
      port: await freePort(),
      dataDir: frozen.dataDir,
      env,
    })
    frozen.processes.add(second)
    await second.line('stands by')
    first.child.kill('SIGSTOP')
    await second.line('"leading"')
    first.child.kill('SIGCONT')
    await first.line('the lead was lost')
    await first.line('stands by')
  } finally {
    await frozen.close()
  }
}, 180_000)

test('a control plane that is replaced resigns at once, and the next one leads on the same port', async () => {
  const rolling = await TestCluster.create(await postgres.createDatabase())
  try {
    const old = await rolling.controlPlane()
    await old.line('"leading"')
    const agent = await rolling.agent()
    await agent.line('"connected"')
    const next = await rolling.controlPlane()
    await next.line('stands by')
    expect(await old.kill('SIGTERM')).toBe(0)
    await next.line('"leading"')
    await next.line('agent joined')
  } finally {
    await rolling.close()
  }
}, 180_000)
