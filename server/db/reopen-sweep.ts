import type { PoolClient } from 'pg'
import { mayMove } from './may-move'

/** A sweep that has ended goes on, since a run of it was revived or added. */
export async function reopenSweep(client: PoolClient, sweepId: string): Promise<void> {
  await client.query(
    `UPDATE "Job" SET "state" = CASE "state" WHEN 'done' THEN 'running' ELSE 'waiting' END::"JobState",
       "endedAt" = NULL, "error" = NULL WHERE "id" = $1 AND (${mayMove('Job', 'running', { from: ['done'] })}
         OR ${mayMove('Job', 'waiting', { from: ['failed', 'cancelled'] })})`,
    [sweepId],
  )
}
