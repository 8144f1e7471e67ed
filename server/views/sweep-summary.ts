import { z } from 'zod'
import { database } from '../db/client'

const interval = z.object({ p10: z.number(), p50: z.number(), p90: z.number() })

/** Why something waits, as the planner stored it (engine/model/plan.ts `Hold`). */
export const holdView = z.object({
  reasons: z.array(
    z.object({ code: z.string(), message: z.string(), requested: z.number(), available: z.number() }),
  ),
  /** Unix seconds. */
  expectedStart: interval.nullable(),
  unblock: z.object({ action: z.string(), target: z.string(), effect: z.string() }).nullable(),
})

export const sweepSummary = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  priority: z.number(),
  gpus: z.number(),
  model: z.string(),
  dataset: z.string(),
  method: z.string(),
  policy: z.string(),
  createdBy: z.string().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  hold: holdView.nullable(),
  error: z.string().nullable(),
  runs: z.object({
    total: z.number(),
    waiting: z.number(),
    training: z.number(),
    parked: z.number(),
    done: z.number(),
    failed: z.number(),
  }),
  samplesUsed: z.number(),
  samplesFull: z.number(),
  /** Samples of stopped runs that nobody has to train. */
  samplesSaved: z.number(),
  best: z.object({ runId: z.string(), number: z.number(), valLoss: z.number() }).nullable(),
  /** When it ends, P10, P50 and P90. */
  end: z.object({ p10: z.date(), p50: z.date(), p90: z.date() }).nullable(),
})

export type SweepSummary = z.infer<typeof sweepSummary>

interface Row extends Omit<SweepSummary, 'hold' | 'runs' | 'best' | 'end'> {
  hold: unknown
  total: number
  waiting: number
  training: number
  parked: number
  doneRuns: number
  failedRuns: number
  bestRunId: string | null
  bestNumber: number | null
  bestValLoss: number | null
  forecast: { p10: number; p50: number; p90: number } | null
  forecastAt: Date | null
}

const SELECT = `
  SELECT j."id", j."projectId", j."name", j."state", j."priority", j."gpus", s."model", s."dataset", s."method",
    coalesce(s."spec"->'early_exit'->>'policy', 'none') AS "policy", u."name" AS "createdBy",
    j."createdAt", j."startedAt", j."endedAt", j."hold", j."error",
    r.*, coalesce(nullif(s."samplesUsed", 0), r."samplesOfRuns") AS "samplesUsed",
    coalesce(nullif(s."samplesFull", 0), r."fullOfRuns") AS "samplesFull",
    b."runId" AS "bestRunId", b."number" AS "bestNumber", b."valLoss" AS "bestValLoss", s."forecast", s."forecastAt"
  FROM "Job" j JOIN "Sweep" s ON s."jobId" = j."id" LEFT JOIN "User" u ON u."id" = j."createdById"
  CROSS JOIN LATERAL (
    SELECT count(*) AS "total",
      count(*) FILTER (WHERE "state" = 'waiting') AS "waiting",
      count(*) FILTER (WHERE "state" = 'training') AS "training",
      count(*) FILTER (WHERE "state" = 'parked') AS "parked",
      count(*) FILTER (WHERE "state" = 'done') AS "doneRuns",
      count(*) FILTER (WHERE "state" = 'failed') AS "failedRuns",
      coalesce(sum("samples"), 0) AS "samplesOfRuns",
      coalesce(sum("fullSamples"), 0) AS "fullOfRuns",
      coalesce(sum(greatest(coalesce("fullSamples", 0) - "samples", 0))
        FILTER (WHERE "state" IN ('parked', 'failed') AND coalesce("stopReason", '') <> 'preempted'), 0) AS "samplesSaved"
    FROM "Run" WHERE "sweepId" = j."id"
  ) r
  LEFT JOIN LATERAL (
    SELECT "id" AS "runId", "number", "bestValLoss" AS "valLoss" FROM "Run"
    WHERE "sweepId" = j."id" AND "bestValLoss" IS NOT NULL ORDER BY "bestValLoss", "number" LIMIT 1
  ) b ON true`

function readHold(stored: unknown): SweepSummary['hold'] {
  if (stored === null || stored === undefined) return null
  const whole = Array.isArray(stored) ? { reasons: stored } : (stored as Record<string, unknown>)
  const parsed = holdView.safeParse({ expectedStart: null, unblock: null, ...whole })
  return parsed.success ? parsed.data : null
}

function toSummary(row: Row): SweepSummary {
  const { forecast, forecastAt } = row
  const endAfter = (seconds: number) => new Date(forecastAt!.getTime() + seconds * 1000)
  return {
    ...row,
    hold: row.state === 'waiting' ? readHold(row.hold) : null,
    samplesUsed: Number(row.samplesUsed),
    samplesFull: Number(row.samplesFull),
    samplesSaved: Number(row.samplesSaved),
    runs: {
      total: row.total,
      waiting: row.waiting,
      training: row.training,
      parked: row.parked,
      done: row.doneRuns,
      failed: row.failedRuns,
    },
    best:
      row.bestRunId === null
        ? null
        : { runId: row.bestRunId, number: row.bestNumber!, valLoss: row.bestValLoss! },
    end:
      forecast && forecastAt && row.state === 'running'
        ? { p10: endAfter(forecast.p10), p50: endAfter(forecast.p50), p90: endAfter(forecast.p90) }
        : null,
  }
}

/** Sweeps of these projects, newest first; the ones that run or wait come with every page. */
export async function loadSweeps(
  projectIds: readonly string[],
  options: { states?: readonly string[]; search?: string; limit: number; offset?: number },
): Promise<SweepSummary[]> {
  const { rows } = await database().pool.query<Row>(
    `${SELECT} WHERE j."projectId" = ANY($1) AND ($2::text[] IS NULL OR j."state"::text = ANY($2))
       AND ($3::text IS NULL OR j."name" ILIKE '%' || $3 || '%')
     ORDER BY j."createdAt" DESC, j."id" LIMIT $4 OFFSET $5`,
    [projectIds, options.states ?? null, options.search ?? null, options.limit, options.offset ?? 0],
  )
  return rows.map(toSummary)
}

export async function loadSweep(id: string): Promise<SweepSummary | null> {
  const { rows } = await database().pool.query<Row>(`${SELECT} WHERE j."id" = $1`, [id])
  return rows[0] ? toSummary(rows[0]) : null
}
