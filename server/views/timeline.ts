import { z } from 'zod'
import { database } from '../db/client'

/** Which job held which GPUs from when to when. */
export const timelineBlock = z.object({
  id: z.string(),
  jobId: z.string(),
  jobName: z.string(),
  kind: z.enum(['sweep', 'command', 'deployment']),
  gpuIds: z.array(z.string()),
  startedAt: z.date(),
  endedAt: z.date().nullable(),
  why: z.record(z.string(), z.unknown()),
  /** Runs that ended in it, for the notches. */
  exits: z.array(
    z.object({
      runId: z.string(),
      number: z.number(),
      at: z.date(),
      reason: z.string().nullable(),
      decisionId: z.number().nullable(),
      /** GPUs of the executor that it trained on; empty where that is not known. */
      gpuIds: z.array(z.string()),
    }),
  ),
})

export type TimelineBlock = z.infer<typeof timelineBlock>

/** Blocks that touch the span. A foreign project's job is shown without its name. */
export async function loadTimeline(
  from: Date,
  to: Date,
  projectIds: readonly string[],
): Promise<TimelineBlock[]> {
  const { pool } = database()
  const blocks = await pool.query<Omit<TimelineBlock, 'exits'>>(
    `SELECT p."id", p."jobId", CASE WHEN j."projectId" = ANY($3) THEN j."name" ELSE 'Another project' END AS "jobName",
       j."kind", p."gpuIds", p."startedAt", p."endedAt",
       CASE WHEN j."projectId" = ANY($3) THEN p."why" ELSE '{}'::jsonb END AS "why"
     FROM "Placement" p JOIN "Job" j ON j."id" = p."jobId"
     WHERE p."startedAt" < $2 AND coalesce(p."endedAt", 'infinity') > $1 ORDER BY p."startedAt", p."id" LIMIT 5000`,
    [from, to, projectIds],
  )
  const jobIds = [...new Set(blocks.rows.map((block) => block.jobId))]
  const exits = await pool.query<TimelineBlock['exits'][number] & { jobId: string }>(
    `SELECT r."sweepId" AS "jobId", r."id" AS "runId", r."number", d."at", d."reason", d."id" AS "decisionId",
       coalesce(e."gpuIds", '{}') AS "gpuIds"
     FROM "Decision" d JOIN "Run" r ON r."id" = d."runId" JOIN "Job" j ON j."id" = r."sweepId"
     LEFT JOIN LATERAL (SELECT x."gpuIds" FROM "Attempt" a JOIN "Executor" x ON x."id" = a."executorId"
       WHERE a."runId" = r."id" AND a."startedAt" <= d."at" ORDER BY a."number" DESC LIMIT 1) e ON true
     WHERE d."kind" = 'stop' AND r."sweepId" = ANY($1) AND j."projectId" = ANY($4) AND d."at" >= $2 AND d."at" < $3
     ORDER BY d."id"`,
    [jobIds, from, to, projectIds],
  )
  return blocks.rows.map((block) => ({
    ...block,
    exits: exits.rows
      .filter(
        (exit) =>
          exit.jobId === block.jobId &&
          (exit.gpuIds.length === 0 || exit.gpuIds.some((id) => block.gpuIds.includes(id))) &&
          exit.at >= block.startedAt &&
          (!block.endedAt || exit.at <= block.endedAt),
      )
      .map(({ jobId: _, ...exit }) => exit),
  }))
}
