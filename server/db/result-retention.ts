import type { Pool } from 'pg'
import { writeJournal } from './journal'
import { inTransaction } from './transaction'

/** Files of a request that nobody needs any more. */
interface DroppableResult {
  requestId: string
  /** Whose artifacts they are in; `null` where nothing says so: any node of a shared store. */
  nodeId: string | null
  /** Folder of the request, relative to the artifact store. */
  path: string
  /** Why, in one sentence for its page. */
  sentence: string
}

/** The rest follows at the next look. */
const AT_ONCE = 500

/**
 * Results that are older than their deployment keeps them (`keepDays`), and the oldest beyond what it keeps in all
 * (`keepGiB`).
 */
export async function droppableResults(pool: Pool): Promise<DroppableResult[]> {
  const { rows } = await pool.query<DroppableResult>(
    `WITH kept AS (
       SELECT r."id", r."deploymentId", r."endedAt", r."gpuIds"[1] AS "gpuId", d."settings",
         sum(coalesce(r."resultBytes", 0)) OVER (PARTITION BY r."deploymentId" ORDER BY r."endedAt" DESC, r."id") AS "upTo"
       FROM "Request" r JOIN "Deployment" d ON d."jobId" = r."deploymentId"
       WHERE r."state" = 'done' AND r."resultPath" IS NOT NULL),
     bounds AS (
       SELECT k.*, coalesce((k."settings"->>'keepDays')::float8, 30) AS "days",
         coalesce((k."settings"->>'keepGiB')::float8, 0) AS "gib" FROM kept k)
     SELECT b."id" AS "requestId", 'requests/' || b."id" AS "path", coalesce(g."nodeId", (
         SELECT h."nodeId" FROM "RequestSegment" s JOIN "Gpu" h ON h."id" = s."gpuIds"[1]
         WHERE s."requestId" = b."id" ORDER BY s."number" DESC LIMIT 1)) AS "nodeId",
       CASE WHEN b."days" > 0 AND b."endedAt" < now() - b."days" * interval '1 day'
         THEN 'Its file was removed: results are kept for ' || b."days" || ' days.'
         ELSE 'Its file was removed: the newest ' || b."gib" || ' GiB of results are kept.' END AS "sentence"
     FROM bounds b LEFT JOIN "Gpu" g ON g."id" = b."gpuId"
     WHERE b."days" > 0 AND b."endedAt" < now() - b."days" * interval '1 day'
       OR b."gib" > 0 AND b."upTo" > b."gib" * 1073741824
     ORDER BY b."endedAt" LIMIT ${AT_ONCE}`,
  )
  return rows
}

/** They are being deleted: their pages say so, and nobody is sent to a file that is gone. */
export async function markResultsDropped(pool: Pool, results: readonly DroppableResult[]): Promise<void> {
  if (results.length === 0) return
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; deploymentId: string }>(
      `UPDATE "Request" r SET "resultPath" = NULL, "previewPath" = NULL, "previewStep" = NULL, "sentence" = d.sentence
       FROM unnest($1::text[], $2::text[]) AS d(id, sentence) WHERE r."id" = d.id AND r."resultPath" IS NOT NULL
       RETURNING r."id", r."deploymentId"`,
      [results.map((one) => one.requestId), results.map((one) => one.sentence)],
    )
    await writeJournal(
      client,
      rows.map(({ id, deploymentId }) => ({
        kind: 'request',
        jobId: deploymentId,
        data: { requestId: id, state: 'done', removed: true },
      })),
    )
  })
}
