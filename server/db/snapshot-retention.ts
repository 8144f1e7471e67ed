import type { Pool } from 'pg'

/** A state on a node's disk that nothing needs any more. */
export interface Droppable {
  nodeId: string
  id: string
  path: string
}

/**
 * States that a newer one of the same run has replaced, and those of parked runs whose retention has ended. A run that
 * trains keeps the one that it would go on from.
 */
export async function droppableCheckpoints(pool: Pool): Promise<Droppable[]> {
  const { rows } = await pool.query<Droppable>(
    `SELECT c."id", c."path", a."nodeId" FROM "Checkpoint" c
     JOIN "Attempt" a ON a."runId" = c."runId" AND a."number" = c."attempt"
     JOIN "Run" r ON r."id" = c."runId"
     WHERE c."deletedAt" IS NULL AND (
       EXISTS (SELECT 1 FROM "Checkpoint" n WHERE n."runId" = c."runId" AND n."deletedAt" IS NULL
         AND n."path" <> c."path" AND (n."step", n."attempt") > (c."step", c."attempt"))
       OR r."state" = 'parked' AND r."parkedUntil" < now()
         AND NOT EXISTS (SELECT 1 FROM "Attempt" l WHERE l."runId" = r."id" AND l."state" IN ('starting', 'running', 'ending')))
       AND NOT EXISTS (SELECT 1 FROM "Attempt" s WHERE s."runId" = c."runId" AND s."state" = 'starting')
     LIMIT 1000`,
  )
  return rows
}

/** They are being deleted: no run is started from them any more. */
export async function markDropped(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query('UPDATE "Checkpoint" SET "deletedAt" = now() WHERE "id" = ANY($1)', [ids])
}

/** Utilisation is kept for a week. */
export async function trimSamples(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM "GpuSample" WHERE "at" < now() - interval '7 days'`)
}
