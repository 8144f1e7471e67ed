import { z } from 'zod'
import { type AuditedStop, stopVerdict } from '@/engine/early-exit/regret-audit'
import { STOP_REASONS } from '@/engine/model/reasons'
import { database } from '../db/client'
import { VAL_LOSS } from '../db/ingest-evaluations'

/** A stop whose run went on quietly, and what became of it. Losses are validation losses. */
export const auditedStop = z.object({
  sweepId: z.string(),
  sweepName: z.string(),
  runId: z.string(),
  /** People see r07. */
  number: z.number(),
  decisionId: z.number(),
  rule: z.string(),
  reason: z.enum(STOP_REASONS),
  stoppedAt: z.date(),
  /** Samples at the stop, trained by now, and of a whole training. */
  atSamples: z.number(),
  samples: z.number(),
  fullSamples: z.number(),
  bestLossAtStop: z.number().nullable(),
  bestLoss: z.number().nullable(),
  /** Best that the sweep found without audited work. */
  bestFound: z.number().nullable(),
  state: z.enum(['training', 'waiting', 'complete', 'given-up']),
  verdict: z.enum(['won', 'lost', 'pending', 'none']),
})

export type AuditedStopRow = z.infer<typeof auditedStop>

/** Newest first. */
export async function loadAuditedStops(projectIds: readonly string[]): Promise<AuditedStopRow[]> {
  const { rows } = await database().pool.query<Omit<AuditedStopRow, 'verdict'>>(
    `WITH audited AS (
       SELECT r.*, j."name" AS "sweepName", d."rule", d."reason", d."at" AS "stoppedAt",
         (d."seen"->>'atSamples')::int AS "atSamples",
         (SELECT min(m."value") FROM "Metric" m WHERE m."runId" = r."id" AND m."name" = $2
           AND m."samples" <= (d."seen"->>'atSamples')::int) AS "bestLossAtStop"
       FROM "Run" r JOIN "Job" j ON j."id" = r."sweepId" JOIN "Decision" d ON d."id" = r."stopDecisionId"
       WHERE r."audited" AND d."rule" IS NOT NULL AND j."projectId" = ANY($1))
     SELECT a."sweepId", a."sweepName", a."id" AS "runId", a."number", a."stopDecisionId" AS "decisionId", a."rule",
       a."reason", a."stoppedAt", a."atSamples", a."samples", coalesce(a."fullSamples", 0) AS "fullSamples",
       a."bestLossAtStop", a."bestValLoss" AS "bestLoss",
       least((SELECT min(o."bestValLoss") FROM "Run" o WHERE o."sweepId" = a."sweepId" AND NOT o."audited"),
         (SELECT min(o."bestLossAtStop") FROM audited o WHERE o."sweepId" = a."sweepId")) AS "bestFound",
       CASE WHEN a."state" IN ('done', 'failed') THEN 'complete' WHEN a."state" = 'parked' THEN 'given-up'
         ELSE a."state"::text END AS "state"
     FROM audited a ORDER BY a."stopDecisionId" DESC`,
    [projectIds, VAL_LOSS],
  )
  return rows.map((row) => {
    return { ...row, verdict: stopVerdict(asStop(row)) ?? (row.state === 'given-up' ? 'none' : 'pending') }
  })
}

/** What the pooled report counts of it. */
export function asStop(row: Omit<AuditedStopRow, 'verdict'>): AuditedStop {
  const { sweepId, runId, rule, bestLoss, bestFound, state } = row
  return { sweepId, runId, rule, bestLoss, bestFound, complete: state === 'complete' }
}
