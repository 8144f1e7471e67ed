import { database } from '../db/client'
import { writeJournal } from '../db/journal'
import { ringServing } from '../db/serving-doorbell'
import { inTransaction } from '../db/transaction'

/**
 * Asks for requests not to be made any more: the leader ends each at its next step boundary and frees its memory.
 *
 * @param by who does not want them, for the receipt: a person's name, or `The client`
 * @returns how many had not ended yet
 */
export async function cancelRequests(ids: readonly string[], by: string): Promise<number> {
  return inTransaction(database().pool, async (client) => {
    const { rows } = await client.query<{ id: string; deploymentId: string }>(
      `UPDATE "Request" SET "cancelledAt" = now(), "cancelledBy" = $2
       WHERE "id" = ANY($1) AND "state" IN ('queued', 'running', 'paused') AND "cancelledAt" IS NULL
       RETURNING "id", "deploymentId"`,
      [ids, by],
    )
    await writeJournal(
      client,
      rows.map((row) => ({
        kind: 'request',
        jobId: row.deploymentId,
        data: { requestId: row.id, cancelling: true },
      })),
    )
    if (rows.length > 0) await ringServing(client)
    return rows.length
  })
}
