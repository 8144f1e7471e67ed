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
