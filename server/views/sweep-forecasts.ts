import { z } from 'zod'
import type { Interval } from '@/engine/model/cluster'
import { database } from '../db/client'

const instants = z.object({ p10: z.date(), p50: z.date(), p90: z.date() })
const forecast = z.object({ madeAt: z.date(), end: instants })

/** When a sweep is expected to end, and what was said before. */
export const sweepForecasts = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  submittedAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  forecastAt: z.date().nullable(),
  /** Of a sweep that has not ended. */
  end: instants.nullable(),
  /** Oldest first, thinned. */
  history: z.array(forecast),
})

export type SweepForecasts = z.infer<typeof sweepForecasts>

/** Ended sweeps that are shown and judged. */
const ENDED = 30
/** Past forecasts of a sweep. */
const HISTORY = 40

interface Row extends Omit<SweepForecasts, 'end' | 'history'> {
  remaining: Interval | null
}

/** Sweeps that wait or run, then the newest that ended. */
export async function loadSweepForecasts(projectIds: readonly string[]): Promise<SweepForecasts[]> {
  const { pool } = database()
  const { rows } = await pool.query<Row>(
    `SELECT j."id", j."name", j."state"::text AS "state", j."createdAt" AS "submittedAt", j."startedAt", j."endedAt",
       s."forecastAt", s."forecast" AS "remaining"
     FROM "Job" j JOIN "Sweep" s ON s."jobId" = j."id"
     WHERE j."projectId" = ANY($1) AND (j."state" IN ('waiting', 'running') OR j."id" IN (
       SELECT e."id" FROM "Job" e WHERE e."kind" = 'sweep' AND e."projectId" = ANY($1) AND e."endedAt" IS NOT NULL
       ORDER BY e."endedAt" DESC LIMIT $2))
     ORDER BY j."state" IN ('waiting', 'running') DESC, coalesce(j."endedAt", j."createdAt") DESC, j."id"`,
    [projectIds, ENDED],
  )
  const past = await pool.query<{ jobId: string; at: Date; data: Interval }>(
    `SELECT DISTINCT ON ("jobId", part) "jobId", "at", "data" FROM (
       SELECT "id", "jobId", "at", "data", ntile($2) OVER (PARTITION BY "jobId" ORDER BY "id") AS part
       FROM "Journal" WHERE "kind" = 'forecast' AND "jobId" = ANY($1)) f
     ORDER BY "jobId", part, "id"`,
    [rows.map(({ id }) => id), HISTORY],
  )
  return rows.map(({ remaining, ...sweep }) => ({
    ...sweep,
    end: sweep.endedAt || !remaining || !sweep.forecastAt ? null : endFrom(sweep.forecastAt, remaining),
    history: past.rows
      .filter(({ jobId }) => jobId === sweep.id)
      .map(({ at, data }) => ({ madeAt: at, end: endFrom(at, data) })),
  }))
}

function endFrom(at: Date, remaining: Interval): z.infer<typeof instants> {
  const after = (seconds: number) => new Date(at.getTime() + seconds * 1000)
  return { p10: after(remaining.p10), p50: after(remaining.p50), p90: after(remaining.p90) }
}
