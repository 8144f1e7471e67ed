import type { PoolClient } from 'pg'
import { mayMove } from './may-move'

/** Asks the live attempt of a run to end; it holds its slot until the agent has confirmed. */
export async function endAttempt(client: PoolClient, runId: string, reason: string): Promise<void> {
  await client.query(
    `UPDATE "Attempt" SET "state" = 'ending', "endReason" = $2
     WHERE "runId" = $1 AND ${mayMove('Attempt', 'ending')}`,
    [runId, reason],
  )
}
