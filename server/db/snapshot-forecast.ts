import type { Pool } from 'pg'
import { recalibrate } from '../../engine/estimate/recalibrate'
import type { Interval } from '../../engine/model/cluster'
import { writeJournal } from './journal'
import { inTransaction } from './transaction'

/** What past forecasts were off by is read anew this often. */
const LEARN_MS = 60_000

const learned = new WeakMap<Pool, { at: number; ratios: readonly number[] }>()

/**
 * Stores how long sweeps are expected to take from now, seconds, with the width and bias that past forecasts had. The
 * journal keeps the P50 before that correction as `raw`, so that corrections do not build on each other.
 */
export async function storeForecasts(
  pool: Pool,
  forecasts: readonly { sweepId: string; remaining: Interval }[],
): Promise<void> {
  if (forecasts.length === 0) return
  const ratios = await pastRatios(pool)
  const stored = forecasts.map(({ sweepId, remaining }) => {
    return { sweepId, raw: remaining.p50, remaining: recalibrate(remaining, ratios) }
  })
  await inTransaction(pool, async (client) => {
    await client.query(
      `UPDATE "Sweep" s SET "forecast" = f.remaining, "forecastAt" = now()
       FROM unnest($1::text[], $2::jsonb[]) AS f(id, remaining) WHERE s."jobId" = f.id`,
      [stored.map((one) => one.sweepId), stored.map((one) => JSON.stringify(one.remaining))],
    )
    await writeJournal(
      client,
      stored.map(({ sweepId, raw, remaining }) => {
        return { kind: 'forecast', jobId: sweepId, data: { ...remaining, raw } }
      }),
    )
  })
}

/** How many times their P50 the newest finished sweeps took, one forecast for each quarter of their time. */
async function pastRatios(pool: Pool): Promise<readonly number[]> {
  const before = learned.get(pool)
  if (before && Date.now() - before.at < LEARN_MS) return before.ratios
  const { rows } = await pool.query<{ ratio: number }>(
    `SELECT DISTINCT ON (f."jobId", f.quarter) f.ratio FROM (
       SELECT n."jobId", n."id", (extract(epoch FROM e."endedAt" - n."at") / (n."data"->>'raw')::float8)::float8 AS ratio,
         floor(4 * extract(epoch FROM n."at" - e."startedAt") / extract(epoch FROM e."endedAt" - e."startedAt")) AS quarter
       FROM (SELECT "id", "startedAt", "endedAt" FROM "Job" WHERE "kind" = 'sweep' AND "state" = 'done'
         AND "endedAt" > "startedAt" ORDER BY "endedAt" DESC LIMIT 25) e
       JOIN "Journal" n ON n."jobId" = e."id" AND n."kind" = 'forecast'
       WHERE (n."data"->>'raw')::float8 > 0) f
     WHERE f.quarter BETWEEN 0 AND 3 ORDER BY f."jobId", f.quarter, f."id"`,
  )
  const ratios = rows.map(({ ratio }) => ratio)
  learned.set(pool, { at: Date.now(), ratios })
  return ratios
}
