import type { PoolClient } from 'pg'
import type { JournalEntry } from './journal'
import { release, sweepSubject } from './leases'
import { mayMove } from './may-move'

/**
 * Ends a sweep of which nothing can train, since its model or its data set cannot be read: one sentence for all its
 * runs. A sweep that has trained already is left alone; its single runs fail.
 */
export const failSweep = (
  client: PoolClient,
  sweepId: string,
  message: string | null,
): Promise<JournalEntry[]> => endFailed(client, sweepId, message, false)

/** Ends a sweep as failed, gives its GPUs back and asks what trains to park; without entries where it was left alone. */
export async function endFailed(
  client: PoolClient,
  sweepId: string,
  message: string | null,
  evenIfTrained: boolean,
): Promise<JournalEntry[]> {
  const { rowCount } = await client.query(
    `UPDATE "Job" SET "state" = 'failed', "error" = $2, "endedAt" = now(), "hold" = NULL
     WHERE "id" = $1 AND ${mayMove('Job', 'failed')}
       AND ($3 OR NOT EXISTS (SELECT 1 FROM "Run" WHERE "sweepId" = $1 AND "step" > 0))`,
    [sweepId, message, evenIfTrained],
  )
  if (!rowCount) return []
  await client.query(
    `UPDATE "Run" SET "state" = 'failed', "error" = $2, "endedAt" = now()
     WHERE "sweepId" = $1 AND ${mayMove('Run', 'failed')}`,
    [sweepId, message],
  )
  await client.query(
    `UPDATE "Attempt" a SET "state" = 'ending', "endReason" = 'bad-input' FROM "Run" r
     WHERE r."id" = a."runId" AND r."sweepId" = $1 AND ${mayMove('Attempt', 'ending', { of: 'a' })}`,
    [sweepId],
  )
  await client.query(
    `UPDATE "Executor" SET "state" = 'ending' WHERE "jobId" = $1 AND ${mayMove('Executor', 'ending')}`,
    [sweepId],
  )
  await client.query('UPDATE "Placement" SET "endedAt" = now() WHERE "jobId" = $1 AND "endedAt" IS NULL', [
    sweepId,
  ])
  await release(client, [sweepSubject(sweepId)])
  return [{ kind: 'sweep', jobId: sweepId, data: { state: 'failed', error: message } }]
}
