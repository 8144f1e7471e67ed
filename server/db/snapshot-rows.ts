import type { PoolClient } from 'pg'
import type { SweepSpec } from '../../contracts/sweep-spec'
import type { Interval } from '../../engine/model/cluster'
import type { StopReason } from '../../engine/model/reasons'
import type { MemoryModel } from '../../engine/model/snapshot'
import type { JobState, RunState } from '../../engine/model/states'

export interface SweepRow {
  id: string
  name: string
  projectId: string
  state: JobState
  priority: number
  gpus: number
  /** Unix seconds. */
  submittedAt: number
  spec: SweepSpec
  model: string
  dataset: string
  method: string
  trainSamples: number | null
  epochs: number | null
  evaluations: number
  memory: MemoryModel | null
  remaining: Interval | null
  /** What it took most of its runs at most from a granted slot to training, the executor's start included. */
  moveSeconds: number | null
}

export interface RunRow {
  id: string
  sweepId: string
  number: number
  params: Record<string, unknown>
  state: RunState
  stopReason: StopReason | null
  fullSamples: number
  samples: number
  pinned: boolean
  exemptRules: string[]
  /** What stopped it and where, where it goes on quietly after that stop for the audit. */
  audit: { reason: StopReason; atSamples: number } | null
  /** Its last keep or resume was by rule E68. */
  onSpare: boolean
  /** Its node gives no word, so that rungs are decided without it. */
  stalled: boolean
  passedRung: number
  /** Of its executor, where it trains. */
  stepMs: number | null
}

/** Sweeps that a plan may act on, by id; one that is being cancelled is not planned any more. */
export async function sweepRows(client: PoolClient): Promise<Map<string, SweepRow>> {
  const { rows } = await client.query<SweepRow>(
    `SELECT j."id", j."name", j."projectId", j."state"::text AS "state", j."priority", j."gpus",
       extract(epoch FROM j."createdAt")::float8 AS "submittedAt", s."spec", s."model", s."dataset", s."method",
       s."trainSamples", s."epochs", s."evaluations",
       coalesce(s."memory", (SELECT o."memory" FROM "Sweep" o WHERE o."model" = s."model" AND o."memory" IS NOT NULL
         ORDER BY o."jobId" LIMIT 1)) AS "memory", s."forecast" AS "remaining",
       (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM a."startedAt" - d."at")::float8))
         FROM "Decision" d JOIN "Attempt" a ON a."runId" = d."runId" AND a."number" = (d."seen"->>'attempt')::int
         WHERE d."jobId" = j."id" AND d."kind" IN ('start', 'resume') AND a."state" <> 'starting') AS "moveSeconds"
     FROM "Job" j JOIN "Sweep" s ON s."jobId" = j."id" WHERE j."state" IN ('waiting', 'running')
       AND NOT EXISTS (SELECT 1 FROM "Wish" w WHERE w."kind" = 'cancel' AND w."subject" = 'sweep:' || j."id"
         AND w."appliedAt" IS NULL)
     ORDER BY j."createdAt", j."id"`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Their runs in order of number. Before the data are read, a full training counts as at least one sample. */
export async function runRows(client: PoolClient, sweepIds: string[]): Promise<RunRow[]> {
  const { rows } = await client.query<RunRow>(
    `SELECT r."id", r."sweepId", r."number", r."params", r."state"::text AS "state", r."stopReason",
       coalesce(r."fullSamples", 1) AS "fullSamples", r."samples", r."pinned", r."exemptRules", e."stepMs",
       CASE WHEN r."audited" THEN (SELECT json_build_object('reason', d."reason", 'atSamples',
         (d."seen"->>'atSamples')::int) FROM "Decision" d WHERE d."id" = r."stopDecisionId") END AS "audit",
       coalesce((SELECT max((d."seen"->>'rung')::int) FROM "Decision" d
         WHERE d."runId" = r."id" AND d."kind" IN ('keep', 'resume')), 0) AS "passedRung",
       coalesce((SELECT d."rule" FROM "Decision" d WHERE d."runId" = r."id" AND d."kind" IN ('keep', 'resume')
         ORDER BY d."id" DESC LIMIT 1) = 'E68', false) AS "onSpare",
       coalesce(n."state" <> 'alive', false) AS "stalled"
     FROM "Run" r
     LEFT JOIN "Attempt" a ON a."runId" = r."id" AND a."state" IN ('starting', 'running')
     LEFT JOIN "Executor" e ON e."id" = a."executorId"
     LEFT JOIN "Node" n ON n."id" = a."nodeId"
     WHERE r."sweepId" = ANY($1) ORDER BY r."sweepId", r."number"`,
    [sweepIds],
  )
  return rows
}
