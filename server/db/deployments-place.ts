import { nanoid } from 'nanoid'
import type { Pool, PoolClient } from 'pg'
import type { HoldReason } from '../../engine/model/reasons'
import { decisionRow } from './decisions'
import { failDeployment } from './deployments-end'
import { type JournalEntry, writeJournal } from './journal'
import { mayMove } from './may-move'
import { inTransaction } from './transaction'

export const deploymentSubject = (id: string) => `deployment:${id}`

/** How long a deployment's lease lasts between two renewals by the leader. */
const LEASE_SECONDS = 3600
/** So many crashes of its executors within this time, and a deployment is given up. */
const MOST_CRASHES = 3
const CRASH_MINUTES = 10

interface Chosen {
  gpuId: string
  nodeId: string | null
  nodeName: string | null
  index: number | null
  /** Name of the job that holds it, where one does. */
  holder: string | null
  nodeState: string | null
  scheduling: string | null
}

/**
 * Gives waiting deployments the GPUs that were chosen for them, once all are free, and running ones a new executor on
 * each node that has none. All that is written is committed before any agent is told.
 *
 * @returns true where something has changed
 */
export async function placeDeployments(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ id: string; state: string }>(
    `SELECT j."id", j."state"::text AS "state" FROM "Job" j WHERE j."kind" = 'deployment'
       AND j."state" IN ('waiting', 'running') AND NOT EXISTS (SELECT 1 FROM "Wish" w WHERE w."kind" = 'cancel'
         AND w."subject" = 'deployment:' || j."id" AND w."appliedAt" IS NULL)
     ORDER BY j."createdAt", j."id"`,
  )
  let changed = false
  for (const { id, state } of rows)
    changed =
      (await inTransaction(pool, async (client) => {
        const journal = state === 'waiting' ? await placeWaiting(client, id) : await startMissing(client, id)
        if (journal.length > 0) await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
        await writeJournal(client, journal)
        return journal.length > 0
      })) || changed
  return changed
}

/** GPUs that waiting deployments wait for: sweeps get none of them anew. */
export async function awaitedGpus(pool: Pool | PoolClient): Promise<string[]> {
  const { rows } = await pool.query<{ gpuId: string }>(
    `SELECT DISTINCT unnest(d."gpuIds") AS "gpuId" FROM "Deployment" d JOIN "Job" j ON j."id" = d."jobId"
     WHERE j."state" = 'waiting'`,
  )
  return rows.map((row) => row.gpuId)
}

/** Deployments keep their GPUs while the leader lives. */
export async function renewDeployments(pool: Pool): Promise<void> {
  await pool.query(
    `UPDATE "Lease" SET "expiresAt" = now() + make_interval(secs => $1)
     WHERE "subject" LIKE 'deployment:%' AND "expiresAt" < now() + make_interval(secs => $1 / 2.0)`,
    [LEASE_SECONDS],
  )
}

async function placeWaiting(client: PoolClient, id: string): Promise<JournalEntry[]> {
  const gpus = await chosenGpus(client, id)
  const reasons = gpus.flatMap(unmet)
  if (reasons.length > 0) return holdBack(client, id, reasons)
  const gpuIds = gpus.map((gpu) => gpu.gpuId)
  const granted = await client.query<{ epoch: number }>(
    `INSERT INTO "Lease" ("subject", "epoch", "gpuIds", "expiresAt")
     VALUES ($1, 1, $2, now() + make_interval(secs => $3))
     ON CONFLICT ("subject") DO UPDATE SET "epoch" = "Lease"."epoch" + 1, "gpuIds" = excluded."gpuIds",
       "grantedAt" = now(), "expiresAt" = excluded."expiresAt" RETURNING "epoch"`,
    [deploymentSubject(id), gpuIds, LEASE_SECONDS],
  )
  await client.query(
    `UPDATE "Job" SET "state" = 'running', "hold" = NULL, "startedAt" = coalesce("startedAt", now())
     WHERE "id" = $1 AND ${mayMove('Job', 'running')}`,
    [id],
  )
  const why = { rule: 'S36', message: `Started on ${gpuIds.join(', ')}, as chosen.` }
  for (const [nodeId, own] of byNode(gpus))
    await client.query(
      `INSERT INTO "Placement" ("id", "jobId", "nodeId", "gpuIds", "epoch", "why") VALUES ($1, $2, $3, $4, $5, $6)`,
      [nanoid(12), id, nodeId, own, granted.rows[0]!.epoch, JSON.stringify(why)],
    )
  const decision = await decisionRow(client, {
    jobId: id,
    kind: 'place',
    rule: why.rule,
    sentence: why.message,
    seen: { why, gpuIds },
  })
  return [
    decision.entry,
    { kind: 'deployment', jobId: id, data: { state: 'running' } },
    ...(await startExecutors(client, id, gpus)),
  ]
}

async function chosenGpus(client: PoolClient, id: string): Promise<Chosen[]> {
  const { rows } = await client.query<Chosen>(
    `SELECT u."id" AS "gpuId", g."nodeId", n."name" AS "nodeName", g."index", n."state"::text AS "nodeState",
       n."scheduling"::text AS "scheduling",
       (SELECT coalesce(j."name", l."subject") FROM "Lease" l
         LEFT JOIN "Job" j ON j."id" = split_part(l."subject", ':', 2)
         WHERE u."id" = ANY(l."gpuIds") AND l."subject" <> 'deployment:' || $1 LIMIT 1) AS "holder"
     FROM "Deployment" d CROSS JOIN unnest(d."gpuIds") WITH ORDINALITY u("id", "place")
     LEFT JOIN "Gpu" g ON g."id" = u."id" LEFT JOIN "Node" n ON n."id" = g."nodeId"
     WHERE d."jobId" = $1 ORDER BY u."place"`,
    [id],
  )
  return rows
}

function unmet(gpu: Chosen): HoldReason[] {
  const reason = (code: HoldReason['code'], message: string): HoldReason[] => [
    { code, message, requested: 1, available: 0 },
  ]
  if (gpu.nodeId === null) return reason('gpus-missing', `${gpu.gpuId} is not in the cluster any more.`)
  if (gpu.nodeState !== 'alive') return reason('node-unreachable', `${gpu.nodeName} is ${gpu.nodeState}.`)
  if (gpu.scheduling !== 'open') return reason('node-drained', `${gpu.nodeName} takes nothing new.`)
  if (gpu.holder !== null)
    return reason('gpus-busy', `${gpu.gpuId} is held by ${gpu.holder}; nothing else gets it afterwards.`)
  return []
}

async function holdBack(
  client: PoolClient,
  id: string,
  reasons: readonly HoldReason[],
): Promise<JournalEntry[]> {
  const hold = { reasons, expectedStart: null, unblock: null }
  const { rowCount } = await client.query(
    'UPDATE "Job" SET "hold" = $2::jsonb WHERE "id" = $1 AND "hold" IS DISTINCT FROM $2::jsonb',
    [id, JSON.stringify(hold)],
  )
  return rowCount ? [{ kind: 'hold', jobId: id, data: hold }] : []
}

/** A new executor on every alive node of a running deployment that has none; after too many crashes it is given up. */
async function startMissing(client: PoolClient, id: string): Promise<JournalEntry[]> {
  const { rows } = await client.query<{ nodeId: string }>(
    `SELECT DISTINCT g."nodeId" FROM "Deployment" d JOIN "Gpu" g ON g."id" = ANY(d."gpuIds")
     JOIN "Node" n ON n."id" = g."nodeId" AND n."state" = 'alive'
     WHERE d."jobId" = $1 AND NOT EXISTS (SELECT 1 FROM "Executor" e WHERE e."jobId" = $1 AND e."nodeId" = g."nodeId"
       AND e."state" <> 'ended')`,
    [id],
  )
  if (rows.length === 0) return []
  const crashes = await client.query<{ count: number; message: string | null }>(
    `SELECT count(*) AS "count", max("message") AS "message" FROM "Executor"
     WHERE "jobId" = $1 AND "fault" = 'crash' AND "endedAt" > now() - make_interval(mins => $2)`,
    [id, CRASH_MINUTES],
  )
  const { count, message } = crashes.rows[0]!
  if (count >= MOST_CRASHES)
    return failDeployment(
      client,
      id,
      `Its executors crashed ${count} times in ${CRASH_MINUTES} minutes. ${message ?? 'No reason is known.'}`,
    )
  const missing = new Set(rows.map((row) => row.nodeId))
  const gpus = (await chosenGpus(client, id)).filter((gpu) => gpu.nodeId !== null && missing.has(gpu.nodeId))
  return startExecutors(client, id, gpus)
}

async function startExecutors(
  client: PoolClient,
  id: string,
  gpus: readonly Chosen[],
): Promise<JournalEntry[]> {
  const journal: JournalEntry[] = []
  for (const [nodeId, gpuIds] of byNode(gpus)) {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO "Executor" ("id", "nodeId", "jobId", "kind", "model", "gpuIds", "slots", "maxLength", "state")
       SELECT $1 || '/x' || (SELECT count(*) FROM "Executor" WHERE "jobId" = $1), $2, $1, 'diffusion',
         concat_ws(' and ', d."imageModel", d."videoModel"), $3, 0, 0, 'starting'
       FROM "Deployment" d WHERE d."jobId" = $1 RETURNING "id"`,
      [id, nodeId, gpuIds],
    )
    journal.push({
      kind: 'executor',
      jobId: id,
      nodeId,
      data: { executorId: rows[0]!.id, state: 'starting' },
    })
  }
  await client.query(
    `UPDATE "Deployment" d SET "probe" = jsonb_build_object('state', 'running', 'startedAt', now(), 'endedAt', NULL,
       'message', NULL) WHERE "jobId" = $1 AND NOT EXISTS (SELECT 1 FROM "ProfileEntry" WHERE "deploymentId" = $1)`,
    [id],
  )
  return journal
}

/** GPU ids by node, in order of their index: rank 0 is the first. */
function byNode(gpus: readonly Chosen[]): Map<string, string[]> {
  const nodes = new Map<string, string[]>()
  for (const gpu of [...gpus].sort((a, b) => a.index! - b.index!)) {
    const own = nodes.get(gpu.nodeId!)
    if (own) own.push(gpu.gpuId)
    else nodes.set(gpu.nodeId!, [gpu.gpuId])
  }
  return nodes
}
