import type { PoolClient } from 'pg'
import { decisionRow } from './decisions'
import type { JournalEntry } from './journal'
import { release } from './leases'
import { mayMove } from './may-move'
import type { Outcome, Wishing } from './wishing'

const subject = (id: string) => `deployment:${id}`

/** Ends a deployment that cannot go on: its requests fail with it, its executors end, its GPUs are free. */
export async function failDeployment(
  client: PoolClient,
  id: string,
  message: string | null,
): Promise<JournalEntry[]> {
  const { rowCount } = await client.query(
    `UPDATE "Job" SET "state" = 'failed', "error" = $2, "endedAt" = now(), "hold" = NULL
     WHERE "id" = $1 AND ${mayMove('Job', 'failed')}`,
    [id, message],
  )
  if (!rowCount) return []
  await client.query(
    `UPDATE "Deployment" SET "probe" = "probe" || jsonb_build_object('state', 'failed', 'endedAt', now(), 'message',
       $2::text) WHERE "jobId" = $1 AND "probe"->>'state' = 'running'`,
    [id, message],
  )
  const requests = await endRequests(
    client,
    id,
    'failed',
    `The deployment failed: ${message ?? 'no reason is known.'}`,
  )
  await askExecutorsToEnd(client, id)
  await freeGpus(client, id)
  return [...requests, { kind: 'deployment', jobId: id, data: { state: 'failed', error: message } }]
}

/**
 * Stops a deployment in two phases: its requests are cancelled and its executors asked to end; when they have, the GPUs
 * are given back. Stopped means that the memory is free.
 */
export async function stopDeployment(wishing: Wishing, id: string): Promise<Outcome> {
  const { client, journal, actor, wish } = wishing
  const { rows } = await client.query<{ state: string; name: string; busy: boolean }>(
    `SELECT j."state"::text AS "state", j."name",
       EXISTS (SELECT 1 FROM "Executor" e WHERE e."jobId" = j."id" AND e."state" <> 'ended') AS "busy"
     FROM "Job" j JOIN "Deployment" d ON d."jobId" = j."id" WHERE j."id" = $1 FOR UPDATE OF j`,
    [id],
  )
  const job = rows[0]
  if (!job) return { refusal: 'This deployment does not exist any more.' }
  if (job.state !== 'waiting' && job.state !== 'running')
    return { refusal: `${job.name} cannot be stopped: it is ${job.state}.` }
  journal.push(...(await endRequests(client, id, 'cancelled', `${job.name} was stopped by ${actor}.`)))
  if (job.busy) {
    await askExecutorsToEnd(client, id)
    return { later: true }
  }
  await client.query(
    `UPDATE "Job" SET "state" = 'cancelled', "endedAt" = now(), "hold" = NULL
     WHERE "id" = $1 AND ${mayMove('Job', 'cancelled')}`,
    [id],
  )
  await freeGpus(client, id)
  const decision = await decisionRow(client, {
    jobId: id,
    kind: 'cancel',
    reason: 'user',
    actorId: wish.actorId,
    sentence: `${job.name} was stopped by ${actor}; its GPUs are free.`,
    seen: {},
  })
  journal.push(decision.entry, { kind: 'deployment', jobId: id, data: { state: 'cancelled' } })
  return { done: true }
}

/** Measures everything again: its executors end, and the new ones are probed since nothing is known any more. */
export async function probeDeployment({ client, journal }: Wishing, id: string): Promise<Outcome> {
  const { rows } = await client.query<{ state: string; name: string }>(
    'SELECT "state"::text AS "state", "name" FROM "Job" WHERE "id" = $1 FOR UPDATE',
    [id],
  )
  const job = rows[0]
  if (!job) return { refusal: 'This deployment does not exist any more.' }
  if (job.state !== 'running') return { refusal: `${job.name} cannot be probed: it is ${job.state}.` }
  await client.query('DELETE FROM "ProfileEntry" WHERE "deploymentId" = $1', [id])
  await client.query(
    `UPDATE "Deployment" SET "probe" = jsonb_build_object('state', 'running', 'startedAt', now(), 'endedAt', NULL,
       'message', NULL) WHERE "jobId" = $1`,
    [id],
  )
  await askExecutorsToEnd(client, id)
  journal.push({ kind: 'deployment', jobId: id, data: { probe: 'running' } })
  return { done: true }
}

async function endRequests(
  client: PoolClient,
  id: string,
  state: 'failed' | 'cancelled',
  sentence: string,
): Promise<JournalEntry[]> {
  const { rows } = await client.query<{ id: string }>(
    `WITH ended AS (
       UPDATE "Request" SET "state" = $2::"RequestState", "endedAt" = now(), "sentence" = $3,
         "error" = CASE WHEN $2 = 'failed' THEN $3 END
       WHERE "deploymentId" = $1 AND ${mayMove('Request', state)} RETURNING "id", "webhookUrl"),
     told AS (INSERT INTO "WebhookDelivery" ("requestId") SELECT "id" FROM ended WHERE "webhookUrl" IS NOT NULL
       ON CONFLICT DO NOTHING)
     SELECT "id" FROM ended`,
    [id, state, sentence],
  )
  return rows.map((row) => ({ kind: 'request', jobId: id, data: { requestId: row.id, state } }))
}

async function askExecutorsToEnd(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `UPDATE "Executor" SET "state" = 'ending' WHERE "jobId" = $1 AND ${mayMove('Executor', 'ending')}`,
    [id],
  )
}

async function freeGpus(client: PoolClient, id: string): Promise<void> {
  await client.query('UPDATE "Placement" SET "endedAt" = now() WHERE "jobId" = $1 AND "endedAt" IS NULL', [
    id,
  ])
  await release(client, [subject(id)])
}
