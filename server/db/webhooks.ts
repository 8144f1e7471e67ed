import type { Pool } from 'pg'

/** A message that is due: what it says, where it goes, and what signs it. */
export interface DueDelivery {
  requestId: string
  url: string
  secret: string
  attempts: number
  state: 'done' | 'failed' | 'cancelled'
  kind: 'image' | 'video'
  endedAt: Date
  onTime: boolean
  error: string | null
}

export async function dueDeliveries(pool: Pool, limit: number): Promise<DueDelivery[]> {
  const { rows } = await pool.query<DueDelivery>(
    `SELECT w."requestId", r."webhookUrl" AS "url", d."webhookSecret" AS "secret", w."attempts",
       r."state"::text AS "state", r."kind", r."endedAt", r."error",
       (r."state" = 'done' AND r."endedAt" <= r."deadlineAt") AS "onTime"
     FROM "WebhookDelivery" w JOIN "Request" r ON r."id" = w."requestId" JOIN "Deployment" d ON d."jobId" = r."deploymentId"
     WHERE w."deliveredAt" IS NULL AND w."failedAt" IS NULL AND w."nextAt" <= now() AND r."webhookUrl" IS NOT NULL
     ORDER BY w."nextAt" LIMIT $1`,
    [limit],
  )
  return rows
}

export async function markDelivered(pool: Pool, requestId: string): Promise<void> {
  await pool.query(
    `UPDATE "WebhookDelivery" SET "deliveredAt" = now(), "attempts" = "attempts" + 1, "lastError" = NULL
     WHERE "requestId" = $1`,
    [requestId],
  )
}

/** @param retrySeconds until the next attempt; `null`: given up */
export async function markUndelivered(
  pool: Pool,
  requestId: string,
  error: string,
  retrySeconds: number | null,
): Promise<void> {
  await pool.query(
    `UPDATE "WebhookDelivery" SET "attempts" = "attempts" + 1, "lastError" = $2,
       "failedAt" = CASE WHEN $3::float8 IS NULL THEN now() END,
       "nextAt" = CASE WHEN $3::float8 IS NULL THEN "nextAt" ELSE now() + make_interval(secs => $3::float8) END
     WHERE "requestId" = $1`,
    [requestId, error, retrySeconds],
  )
}
