import { z } from 'zod'
import { database } from '../db/client'

/** What the GPUs of a deployment did in a span, and what rounds cost. */
export const servingUse = z.object({
  /** Share of each bucket in which the GPU worked for requests. */
  gpus: z.array(z.object({ gpuId: z.string(), busy: z.array(z.number()) })),
  /** Requests in line at the end of each bucket. */
  line: z.array(z.number()),
  /** Mean share of all GPUs over the span. */
  busy: z.number().nullable(),
  pauses: z.number(),
  pausedVideos: z.number(),
  degreeChanges: z.number(),
  /** Steps by how many requests shared them. */
  batches: z.array(z.object({ batch: z.number(), steps: z.number() })),
  rounds: z.object({
    count: z.number(),
    meanMs: z.number().nullable(),
    maxMs: z.number().nullable(),
  }),
})

export type ServingUse = z.infer<typeof servingUse>

const figures = z.object({ rounds: z.number(), solveMeanMs: z.number(), solveMaxMs: z.number() })

export async function loadUse(
  deploymentId: string,
  gpuIds: readonly string[],
  span: { from: Date; to: Date; buckets: number },
): Promise<ServingUse> {
  const { pool, prisma } = database()
  const values = [deploymentId, span.from, span.to]
  const [held, line, counts, batches, stored] = await Promise.all([
    pool.query<{ gpuId: string; bucket: number; busy: number }>(
      `WITH cells AS (
         SELECT b AS bucket, $2::timestamptz + b * ($3::timestamptz - $2::timestamptz) / $4::int AS lo,
           $2::timestamptz + (b + 1) * ($3::timestamptz - $2::timestamptz) / $4::int AS hi
         FROM generate_series(0, $4::int - 1) b)
       SELECT g AS "gpuId", c.bucket,
         sum(extract(epoch FROM least(s."endedAt", c.hi) - greatest(s."startedAt", c.lo)) / s."batch")::float8
           / extract(epoch FROM ($3::timestamptz - $2::timestamptz) / $4::int)::float8 AS "busy"
       FROM "RequestSegment" s JOIN "Request" r ON r."id" = s."requestId" CROSS JOIN unnest(s."gpuIds") g
       JOIN cells c ON s."startedAt" < c.hi AND s."endedAt" > c.lo
       WHERE r."deploymentId" = $1 AND s."startedAt" < $3 AND s."endedAt" > $2 GROUP BY 1, 2`,
      [...values, span.buckets],
    ),
    pool.query<{ bucket: number; count: number }>(
      `SELECT b AS "bucket", (SELECT count(*) FROM "Request" r WHERE r."deploymentId" = $1
         AND r."createdAt" <= t.at AND coalesce(r."endedAt", 'infinity') > t.at) AS "count"
       FROM generate_series(0, $4::int - 1) b CROSS JOIN LATERAL (
         SELECT least($2::timestamptz + (b + 1) * ($3::timestamptz - $2::timestamptz) / $4::int, now()) AS at) t`,
      [...values, span.buckets],
    ),
    pool.query<{ pauses: number; pausedVideos: number; degreeChanges: number }>(
      `SELECT count(*) FILTER (WHERE c."kind" = 'paused') AS "pauses",
         count(DISTINCT r."id") FILTER (WHERE c."kind" = 'paused' AND r."kind" = 'video') AS "pausedVideos",
         count(*) FILTER (WHERE c."kind" IN ('widened', 'narrowed')) AS "degreeChanges"
       FROM "RequestReceipt" c JOIN "Request" r ON r."id" = c."requestId"
       WHERE r."deploymentId" = $1 AND c."at" >= $2 AND c."at" < $3`,
      values,
    ),
    pool.query<{ batch: number; steps: number }>(
      `SELECT s."batch", round(sum(s."steps"::float8 / s."batch"))::int AS "steps" FROM "RequestSegment" s
       JOIN "Request" r ON r."id" = s."requestId"
       WHERE r."deploymentId" = $1 AND s."phase" = 'denoise' AND s."startedAt" >= $2 AND s."startedAt" < $3
       GROUP BY 1 ORDER BY 1`,
      values,
    ),
    prisma.deployment.findUniqueOrThrow({ where: { jobId: deploymentId }, select: { figures: true } }),
  ])
  const gpus = gpuIds.map((gpuId) => ({ gpuId, busy: new Array<number>(span.buckets).fill(0) }))
  for (const { gpuId, bucket, busy } of held.rows) {
    const gpu = gpus.find((one) => one.gpuId === gpuId)
    if (gpu) gpu.busy[bucket] = Math.min(1, busy)
  }
  const all = gpus.flatMap((gpu) => gpu.busy)
  const rounds = figures.safeParse(stored.figures).data
  return {
    gpus,
    line: line.rows.sort((a, b) => a.bucket - b.bucket).map((row) => row.count),
    busy: all.length > 0 ? all.reduce((sum, share) => sum + share, 0) / all.length : null,
    ...counts.rows[0]!,
    batches: batches.rows,
    rounds: {
      count: rounds?.rounds ?? 0,
      meanMs: rounds?.solveMeanMs ?? null,
      maxMs: rounds?.solveMaxMs ?? null,
    },
  }
}
