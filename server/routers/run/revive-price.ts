import { z } from 'zod'
import { revivePrice } from '@/engine/estimate/revive-price'
import { database } from '../../db/client'
import { onRun } from '../../trpc/procedures'

interface Row {
  restSamples: number
  /** Measured over its own attempts; null before it trained. */
  secondsPerSample: number | null
  /** The same over all runs of its sweep. */
  sweepSecondsPerSample: number | null
  slots: number
  training: number
  waiting: number
  /** Seconds from now; null where the sweep does not run. */
  p10: number | null
  p50: number | null
  p90: number | null
}

/** What reviving this run would cost, from what was measured here; `null` before anything was. */
export const runRevivePrice = onRun('viewer')
  .output(
    z
      .object({
        /** Seconds that the run itself would train at most, at its own pace. */
        seconds: z.number(),
        addsSeconds: z.number(),
        /** The sweep's end with it, P50; null where the sweep has no forecast. */
        end: z.date().nullable(),
        /** Whose pace it is. */
        measuredOn: z.enum(['run', 'sweep']),
      })
      .nullable(),
  )
  .query(async ({ ctx, input }) => {
    const { rows } = await database().pool.query<Row>(
      `WITH spent AS (
         SELECT a."runId", sum(extract(epoch FROM coalesce(a."endedAt", now()) - a."startedAt"))::float8 AS "seconds"
         FROM "Attempt" a JOIN "Run" o ON o."id" = a."runId" WHERE o."sweepId" = $2 GROUP BY a."runId"),
       slots AS (SELECT coalesce(sum("slots"), 0)::int AS "count" FROM "Executor"
         WHERE "jobId" = $2 AND "state" IN ('starting', 'ready'))
       SELECT greatest(0, coalesce(r."fullSamples", 0) - r."samples") AS "restSamples",
         (SELECT "seconds" FROM spent WHERE "runId" = r."id") / nullif(r."samples", 0) AS "secondsPerSample",
         (SELECT sum(s."seconds") / nullif(sum(o."samples"), 0) FROM spent s JOIN "Run" o ON o."id" = s."runId")
           AS "sweepSecondsPerSample",
         (SELECT "count" FROM slots) AS "slots",
         (SELECT count(*)::int FROM "Run" o WHERE o."sweepId" = $2 AND o."state" = 'training') AS "training",
         (SELECT count(*)::int FROM "Run" o WHERE o."sweepId" = $2 AND o."state" = 'waiting') AS "waiting",
         f.*
       FROM "Run" r JOIN "Job" j ON j."id" = r."sweepId" JOIN "Sweep" w ON w."jobId" = j."id"
       LEFT JOIN LATERAL (SELECT greatest(0, (w."forecast"->>'p10')::float8 - age) AS "p10",
           greatest(0, (w."forecast"->>'p50')::float8 - age) AS "p50",
           greatest(0, (w."forecast"->>'p90')::float8 - age) AS "p90"
         FROM (SELECT extract(epoch FROM now() - w."forecastAt")::float8 AS age) since
         WHERE j."state" = 'running' AND w."forecast" IS NOT NULL) f ON true
       WHERE r."id" = $1`,
      [input.id, ctx.sweepId],
    )
    const row = rows[0]
    const pace = row?.secondsPerSample ?? row?.sweepSecondsPerSample ?? null
    if (!row || pace === null) return null
    const { restSamples, slots, training: busySlots, waiting } = row
    const remaining = { p10: row.p10 ?? 0, p50: row.p50 ?? 0, p90: row.p90 ?? 0 }
    const price = revivePrice({ restSamples, secondsPerSample: pace, slots, busySlots, waiting, remaining })
    return {
      ...price,
      end: row.p50 === null ? null : new Date(Date.now() + (row.p50 + price.addsSeconds) * 1000),
      measuredOn: row.secondsPerSample === null ? 'sweep' : 'run',
    }
  })
