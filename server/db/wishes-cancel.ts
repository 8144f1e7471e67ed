import { decisionRow } from './decisions'
import { summarise } from './ingest-evaluations'
import { release, sweepSubject } from './leases'
import { mayMove } from './may-move'
import type { Outcome, Wishing } from './wishing'

/**
 * Cancels a sweep in two phases: everything is asked to park and its executors to end; when they have, the GPUs are
 * given back and the sweep is cancelled. Cancelled means that the memory is free.
 */
export async function cancelSweep(wishing: Wishing, sweepId: string): Promise<Outcome> {
  const { client } = wishing
  const { rows } = await client.query<{ state: string; name: string; busy: boolean }>(
    `SELECT j."state"::text AS "state", j."name",
       (EXISTS (SELECT 1 FROM "Executor" e WHERE e."jobId" = j."id" AND e."state" <> 'ended')
         OR EXISTS (SELECT 1 FROM "Attempt" a JOIN "Run" r ON r."id" = a."runId"
           WHERE r."sweepId" = j."id" AND a."state" IN ('starting', 'running', 'ending'))) AS "busy"
     FROM "Job" j WHERE j."id" = $1 FOR UPDATE OF j`,
    [sweepId],
  )
  const job = rows[0]
  if (!job) return { refusal: 'This sweep does not exist any more.' }
  if (job.state !== 'waiting' && job.state !== 'running')
    return { refusal: `${job.name} cannot be cancelled: it is ${job.state}.` }
  if (job.busy) {
    await askToEnd(wishing, sweepId)
    return { later: true }
  }
  await finish(wishing, sweepId, job.name)
  return { done: true }
}

/** First phase; a repeat changes nothing. */
async function askToEnd({ client, journal, parkedSeconds }: Wishing, sweepId: string): Promise<void> {
  const parked = await client.query<{ id: string }>(
    `UPDATE "Run" SET "state" = 'parked', "stopReason" = 'user', "parkedUntil" = now() + make_interval(secs => $2)
     WHERE "sweepId" = $1 AND ${mayMove('Run', 'parked')} RETURNING "id"`,
    [sweepId, parkedSeconds],
  )
  const borrowed = await client.query<{ id: string; sweepId: string }>(
    `UPDATE "Run" r SET "state" = 'waiting' FROM "Attempt" a, "Executor" e
     WHERE a."runId" = r."id" AND a."state" IN ('starting', 'running') AND e."id" = a."executorId"
       AND e."jobId" = $1 AND r."sweepId" <> $1 AND ${mayMove('Run', 'waiting', { from: ['training'], of: 'r' })}
     RETURNING r."id", r."sweepId"`,
    [sweepId],
  )
  await client.query(
    `UPDATE "Attempt" SET "state" = 'ending', "endReason" = 'user' WHERE ${mayMove('Attempt', 'ending')}
       AND ("runId" IN (SELECT "id" FROM "Run" WHERE "sweepId" = $1)
         OR "executorId" IN (SELECT "id" FROM "Executor" WHERE "jobId" = $1))`,
    [sweepId],
  )
  await client.query(
    `UPDATE "Executor" SET "state" = 'ending' WHERE "jobId" = $1 AND ${mayMove('Executor', 'ending')}`,
    [sweepId],
  )
  for (const run of parked.rows)
    journal.push({ kind: 'run', jobId: sweepId, runId: run.id, data: { state: 'parked', reason: 'user' } })
  for (const run of borrowed.rows)
    journal.push({
      kind: 'run',
      jobId: run.sweepId,
      runId: run.id,
      data: { state: 'waiting', reason: 'preempted' },
    })
}

/** Second phase. */
async function finish(wishing: Wishing, sweepId: string, name: string): Promise<void> {
  const { client, wish, actor, journal } = wishing
  await askToEnd(wishing, sweepId)
  await client.query(
    `UPDATE "Job" SET "state" = 'cancelled', "endedAt" = now(), "hold" = NULL
     WHERE "id" = $1 AND ${mayMove('Job', 'cancelled')}`,
    [sweepId],
  )
  await client.query('UPDATE "Placement" SET "endedAt" = now() WHERE "jobId" = $1 AND "endedAt" IS NULL', [
    sweepId,
  ])
  await release(client, [sweepSubject(sweepId)])
  await summarise(client, [sweepId])
  const decision = await decisionRow(client, {
    jobId: sweepId,
    kind: 'cancel',
    reason: 'user',
    actorId: wish.actorId,
    sentence: `${name} was cancelled by ${actor}; its runs are parked and its GPUs are free.`,
    seen: {},
  })
  journal.push(decision.entry, { kind: 'sweep', jobId: sweepId, data: { state: 'cancelled' } })
}
