import { nanoid } from 'nanoid'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REQUEST_TRANSITIONS } from '../../../engine/model/request-states'
import {
  ATTEMPT_TRANSITIONS,
  canMove,
  EXECUTOR_TRANSITIONS,
  JOB_TRANSITIONS,
  NODE_TRANSITIONS,
  RUN_TRANSITIONS,
} from '../../../engine/model/states'
import { failSweep } from '../../../server/db/fail-sweep'
import { mayMove, type Stateful, type StateOf } from '../../../server/db/may-move'
import { inTransaction } from '../../../server/db/transaction'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'

const TABLES: Record<Stateful, Readonly<Record<string, readonly string[]>>> = {
  Job: JOB_TRANSITIONS,
  Run: RUN_TRANSITIONS,
  Attempt: ATTEMPT_TRANSITIONS,
  Executor: EXECUTOR_TRANSITIONS,
  Node: NODE_TRANSITIONS,
  Request: REQUEST_TRANSITIONS,
}

let postgres: TestPostgres
let cluster: TestCluster
let pool: Pool
let sweepId: string

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  pool = cluster.pool
  const nodeId = nanoid(12)
  await pool.query(
    `INSERT INTO "Node" ("id", "clusterId", "name", "agentVersion", "cpuCores", "memoryBytes", "lastSeenAt")
     SELECT $1, "id", 'n0', '0', 2, 1000, now() FROM "Cluster"`,
    [nodeId],
  )
  sweepId = await cluster.submit(
    { name: 's', model: 'builtin/tiny-llama', dataset: 'builtin/arithmetic', parameters: {} },
    [{ learning_rate: 1e-3, rank: 4, batch_size: 2 }],
  )
  await pool.query(
    `INSERT INTO "Executor" ("id", "nodeId", "jobId", "model", "gpuIds", "slots", "maxLength", "state")
     VALUES ('x', $1, $2, 'm', '{}', 1, 8, 'starting')`,
    [nodeId, sweepId],
  )
  await pool.query(
    `INSERT INTO "Attempt" ("runId", "number", "epoch", "nodeId", "executorId")
     SELECT "id", 1, 1, $1, 'x' FROM "Run"`,
    [nodeId],
  )
  await pool.query(
    `INSERT INTO "Deployment" ("jobId", "gpuIds", "webhookSecret") VALUES ($1, '{}', 'whsec_x')`,
    [sweepId],
  )
  await pool.query(
    `INSERT INTO "Request" ("id", "deploymentId", "projectId", "groupId", "kind", "prompt", "width", "height", "frames",
       "steps", "seed", "deadlineAt") VALUES ('i-1', $1, $2, 'g', 'image', 'a red circle', 48, 48, 1, 8, 0, now())`,
    [sweepId, cluster.projectId],
  )
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

test.each(Object.keys(TABLES) as Stateful[])(
  '[L15] Postgres makes exactly the moves of %s that the table has, and refuses the others',
  async (entity) => {
    const type = entity === 'Executor' ? 'text' : `"${entity}State"`
    const states = Object.keys(TABLES[entity]) as StateOf<typeof entity>[]
    for (const from of states)
      for (const to of states) {
        await pool.query(`UPDATE "${entity}" SET "state" = $1::${type}`, [from])
        const { rowCount } = await pool.query(
          `UPDATE "${entity}" SET "state" = $1::${type} WHERE ${mayMove(entity, to)}`,
          [to],
        )
        const allowed = from !== to && canMove(TABLES[entity], from, to)
        expect({ from, to, moved: rowCount }).toEqual({ from, to, moved: allowed ? 1 : 0 })
        const { rows } = await pool.query<{ state: string }>(
          `SELECT "state"::text AS "state" FROM "${entity}"`,
        )
        expect(rows).toEqual([{ state: allowed ? to : from }])
      }
  },
)

test('[L15] a sweep that is over is not failed afterwards', async () => {
  await pool.query(`UPDATE "Job" SET "state" = 'done'`)
  expect(await inTransaction(pool, (client) => failSweep(client, sweepId, 'Too late.'))).toEqual([])
  expect(await cluster.rows('SELECT "state"::text, "error" FROM "Job"')).toEqual([
    { state: 'done', error: null },
  ])
})
