import { z } from 'zod'
import { database } from '../db/client'
import { DECIDED_AT, ON_TIME } from './deployment-summary'

/** Why requests were late, each counted once, with the setting that would help. */
export const lateCause = z.object({
  cause: z.enum(['failed', 'executor-died', 'line-full', 'too-tight', 'paused', 'queued', 'slow']),
  label: z.string(),
  remedy: z.string(),
  count: z.number(),
})

export type LateCause = z.infer<typeof lateCause>

const WORDS: Record<LateCause['cause'], { label: string; remedy: string }> = {
  failed: { label: 'It failed', remedy: 'Read its error' },
  'executor-died': { label: 'Its executor died', remedy: 'Look at the node' },
  'line-full': { label: 'The line was full', remedy: 'Add GPUs or refuse sooner' },
  'too-tight': { label: 'No place before its deadline when it arrived', remedy: 'Quote or refuse sooner' },
  paused: { label: 'Paused for others', remedy: 'Raise its weight' },
  queued: { label: 'Waited in the queue longer than promised', remedy: 'Add GPUs' },
  slow: { label: 'Steps took longer than measured', remedy: 'Probe again' },
}

/** Late requests of a span by cause, most frequent first. */
export async function loadLateCauses(
  deploymentId: string,
  span: { from: Date; to: Date },
): Promise<{ late: number; causes: LateCause[] }> {
  const { rows } = await database().pool.query<{ cause: LateCause['cause']; count: number }>(
    `SELECT CASE
         WHEN l."state" = 'failed' THEN 'failed'
         WHEN l."attempt" > 1 THEN 'executor-died'
         WHEN l."quote"->>'code' = 'line-full' THEN 'line-full'
         WHEN coalesce(l."quote"->>'kind', 'unknown') IN ('would-make-it', 'refusal') THEN 'too-tight'
         WHEN l."pausedMs" > l."lateMs" THEN 'paused'
         WHEN l."queuedMs" > l."lateMs" THEN 'queued'
         ELSE 'slow' END AS "cause", count(*) AS "count"
     FROM (
       SELECT r."state"::text AS "state", r."attempt", r."quote",
         extract(epoch FROM coalesce(r."endedAt", now()) - r."deadlineAt") * 1000 AS "lateMs",
         extract(epoch FROM coalesce(s."first", r."endedAt", now()) - r."createdAt") * 1000 AS "queuedMs",
         coalesce(extract(epoch FROM s."last" - s."first" - s."held") * 1000, 0) AS "pausedMs"
       FROM "Request" r LEFT JOIN LATERAL (
         SELECT min("startedAt") AS "first", max("endedAt") AS "last", sum("endedAt" - "startedAt") AS "held"
         FROM "RequestSegment" WHERE "requestId" = r."id") s ON true
       WHERE r."deploymentId" = $1 AND NOT ${ON_TIME} AND r."createdAt" > $2::timestamptz - interval '1 day'
         AND ${DECIDED_AT} >= $2 AND ${DECIDED_AT} < $3) l
     GROUP BY 1 ORDER BY 2 DESC, 1`,
    [deploymentId, span.from, span.to],
  )
  return {
    late: rows.reduce((sum, row) => sum + row.count, 0),
    causes: rows.map((row) => ({ ...row, ...WORDS[row.cause] })),
  }
}
