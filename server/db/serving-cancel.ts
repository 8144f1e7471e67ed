import type { Pool } from 'pg'
import { writeJournal } from './journal'
import { mayMove } from './may-move'
import { inTransaction } from './transaction'

/** Ends a request that somebody cancelled and no executor holds. */
export async function endCancelled(pool: Pool, id: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ deploymentId: string }>(
      `WITH ended AS (
         UPDATE "Request" SET "state" = 'cancelled', "endedAt" = now(),
           "sentence" = 'Cancelled by ' || coalesce("cancelledBy", 'a person') || '.'
         WHERE "id" = $1 AND "cancelledAt" IS NOT NULL AND ${mayMove('Request', 'cancelled')}
         RETURNING "id", "deploymentId", "webhookUrl"),
       told AS (INSERT INTO "WebhookDelivery" ("requestId") SELECT "id" FROM ended WHERE "webhookUrl" IS NOT NULL
         ON CONFLICT DO NOTHING)
       SELECT "deploymentId" FROM ended`,
      [id],
    )
    await writeJournal(
      client,
      rows.map((row) => ({
        kind: 'request',
        jobId: row.deploymentId,
        data: { requestId: id, state: 'cancelled' },
      })),
    )
  })
}
