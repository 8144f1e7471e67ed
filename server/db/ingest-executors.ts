import type { PoolClient } from 'pg'
import { failDeployment } from './deployments-end'
import { failSweep } from './fail-sweep'
import type { EventOf } from './ingest-event'
import type { JournalEntry } from './journal'
import { mayMove } from './may-move'

/** Where executors stand, as their own nodes say. An `ending` one is not called ready again by a late event; an ended one stays ended. */
export async function ingestExecutors(
  client: PoolClient,
  events: readonly (EventOf<'executor'> & { nodeId: string })[],
): Promise<JournalEntry[]> {
  const journal: JournalEntry[] = []
  for (const event of events) {
    const { rows } = await client.query<{ jobId: string | null; nodeId: string; state: string; was: string }>(
      `UPDATE "Executor" e SET
         "state" = CASE WHEN $2 = 'ended' AND ${mayMove('Executor', 'ended', { of: 'e' })} THEN 'ended'
           WHEN $2 = 'ready' AND ${mayMove('Executor', 'ready', { of: 'e' })} THEN 'ready' ELSE e."state" END,
         "message" = coalesce($3, e."message"), "fault" = coalesce($4, e."fault"),
         "backboneBytes" = coalesce($5, e."backboneBytes"), "stepMs" = coalesce($6, e."stepMs"),
         "meeting" = coalesce($9, e."meeting"),
         "endedAt" = CASE WHEN $2 = 'ended' THEN $7::timestamptz ELSE e."endedAt" END
       FROM (SELECT "id", "state" AS was FROM "Executor" WHERE "id" = $1 AND "nodeId" = $8
         FOR UPDATE) before
       WHERE e."id" = before."id" AND e."state" <> 'ended'
       RETURNING e."jobId", e."nodeId", e."state", before.was`,
      [
        event.executorId,
        event.state,
        event.message,
        event.fault,
        event.backboneBytes,
        event.stepMs,
        event.at,
        event.nodeId,
        event.meeting,
      ],
    )
    const row = rows[0]
    if (row?.jobId && event.memory)
      await client.query('UPDATE "Sweep" SET "memory" = $2 WHERE "jobId" = $1', [
        row.jobId,
        JSON.stringify(event.memory),
      ])
    if (!row || (row.state === row.was && !event.meeting)) continue
    if (event.fault === 'bad-input' && row.jobId)
      journal.push(
        ...(await failSweep(client, row.jobId, event.message)),
        ...(await failDeployment(client, row.jobId, event.message)),
      )
    journal.push({
      kind: 'executor',
      jobId: row.jobId,
      nodeId: row.nodeId,
      data: { executorId: event.executorId, state: row.state, message: event.message },
    })
  }
  return journal
}
