import { z } from 'zod'
import { database } from '../db/client'

const interval = z.object({ p10: z.date(), p50: z.date(), p90: z.date() })

/** A gang of GPUs that a job is expected to hold after now. */
export const plannedBlock = z.object({
  jobId: z.string(),
  jobName: z.string(),
  gpuIds: z.array(z.string()),
  /** Of what runs now: since when its forecast holds. */
  start: interval,
  end: interval,
  /** It holds these GPUs now, and this is how long it is expected to. */
  runs: z.boolean(),
  why: z.string().nullable(),
})

export type PlannedBlock = z.infer<typeof plannedBlock>

interface Seconds {
  p10: number
  p50: number
  p90: number
}

const dates = (at: Seconds) => ({
  p10: new Date(at.p10 * 1000),
  p50: new Date(at.p50 * 1000),
  p90: new Date(at.p90 * 1000),
})

/**
 * What is planned: running sweeps until their forecast end, then the gangs of the last plan (`Cluster.planned`, Unix
 * seconds). A foreign project's job is shown without its name.
 */
export async function loadPlanned(projectIds: readonly string[]): Promise<PlannedBlock[]> {
  const { pool } = database()
  const running = await pool.query<{
    jobId: string
    jobName: string
    gpuIds: string[]
    forecastAt: Date
    forecast: Seconds
  }>(
    `SELECT j."id" AS "jobId", CASE WHEN j."projectId" = ANY($1) THEN j."name" ELSE 'Another project' END AS "jobName",
       array_agg(g ORDER BY g) AS "gpuIds", s."forecastAt", s."forecast"
     FROM "Job" j JOIN "Sweep" s ON s."jobId" = j."id" JOIN "Placement" p ON p."jobId" = j."id" AND p."endedAt" IS NULL,
       unnest(p."gpuIds") g
     WHERE j."state" = 'running' AND s."forecast" IS NOT NULL AND s."forecastAt" IS NOT NULL
     GROUP BY j."id", s."jobId" ORDER BY j."id"`,
    [projectIds],
  )
  const waiting = await pool.query<{
    jobId: string
    jobName: string
    gpuIds: string[]
    start: Seconds
    end: Seconds
    why: string | null
  }>(
    `SELECT j."id" AS "jobId", CASE WHEN j."projectId" = ANY($1) THEN j."name" ELSE 'Another project' END AS "jobName",
       one->'gpuIds' AS "gpuIds", one->'start' AS "start", one->'end' AS "end",
       CASE WHEN j."projectId" = ANY($1) THEN j."hold"#>>'{reasons,0,message}' END AS "why"
     FROM "Cluster" c, jsonb_array_elements(c."planned") one JOIN "Job" j ON j."id" = one->>'sweepId'
     WHERE j."state" = 'waiting'`,
    [projectIds],
  )
  return [
    ...running.rows.map(({ forecast, forecastAt, ...row }) => {
      const after = (seconds: number) => new Date(forecastAt.getTime() + seconds * 1000)
      return {
        ...row,
        start: { p10: forecastAt, p50: forecastAt, p90: forecastAt },
        end: { p10: after(forecast.p10), p50: after(forecast.p50), p90: after(forecast.p90) },
        runs: true,
        why: null,
      }
    }),
    ...waiting.rows.map((row) => ({ ...row, start: dates(row.start), end: dates(row.end), runs: false })),
  ]
}
