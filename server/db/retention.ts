import type { Pool } from 'pg'

export interface Retention {
  /** Days after its sweep ended in which a curve keeps all its points; 0: for ever. */
  fullDays: number
  /** Points of each curve that stay afterwards. */
  keptPoints: number
}

/** Runs in one statement; the rest follows at the next look. */
const RUNS_AT_ONCE = 200

/** What decisions and comparisons read stays whole. */
const WHOLE = ['val_loss', 'eval_train_loss']

/**
 * Thins the training curves of sweeps that ended long ago: of each curve stay the first and the last point, the lowest
 * and the highest of each of `keptPoints / 2` equal stretches of steps, so that it looks the same, spikes and all.
 * Evaluations stay whole.
 *
 * @returns how many points were deleted
 */
export async function thinMetrics(pool: Pool, { fullDays, keptPoints }: Retention): Promise<number> {
  if (fullDays === 0) return 0
  const { rowCount } = await pool.query(
    `WITH long AS (
       SELECT m."runId", m."name", m."attempt", min(m."step") AS first, max(m."step") AS last
       FROM (SELECT r."id" FROM "Run" r JOIN "Job" j ON j."id" = r."sweepId"
             WHERE j."endedAt" < now() - make_interval(days => $1) AND r."state" <> 'training'
               AND (SELECT count(*) FROM (SELECT 1 FROM "Metric" c WHERE c."runId" = r."id" AND c."name" = 'train_loss'
                    LIMIT $2 * 2 + 1) x) > $2 * 2
             LIMIT ${RUNS_AT_ONCE}) r
       JOIN "Metric" m ON m."runId" = r."id" AND NOT (m."name" = ANY($3))
       GROUP BY m."runId", m."name", m."attempt" HAVING count(*) > $2),
     ranked AS (
       SELECT m."runId", m."name", m."attempt", m."step",
         row_number() OVER (stretch ORDER BY m."value" ASC NULLS LAST, m."step") AS low,
         row_number() OVER (stretch ORDER BY m."value" DESC NULLS FIRST, m."step") AS high,
         m."step" IN (l.first, l.last) AS edge
       FROM long l JOIN "Metric" m USING ("runId", "name", "attempt")
       WINDOW stretch AS (PARTITION BY m."runId", m."name", m."attempt",
         width_bucket(m."step", l.first, l.last + 1, greatest(1, $2 / 2 - 1))))
     DELETE FROM "Metric" m USING ranked r
     WHERE m."runId" = r."runId" AND m."name" = r."name" AND m."attempt" = r."attempt" AND m."step" = r."step"
       AND r.low > 1 AND r.high > 1 AND NOT r.edge`,
    [fullDays, keptPoints, WHOLE],
  )
  return rowCount ?? 0
}

/** Deletes audit entries older than that; 0 keeps them for ever. */
export async function trimAudit(pool: Pool, days: number): Promise<void> {
  if (days > 0)
    await pool.query('DELETE FROM "AuditEntry" WHERE "at" < now() - make_interval(days => $1)', [days])
}
