import type { Pool } from 'pg'
import type { Interval } from '../../engine/model/cluster'
import { writeJournal } from './journal'
import { inTransaction } from './transaction'

/** Stores how long sweeps are expected to take from now, seconds. */
export async function storeForecasts(
  pool: Pool,
  forecasts: readonly { sweepId: string; remaining: Interval }[],
): Promise<void> {
  if (forecasts.length === 0) return
  await inTransaction(pool, async (client) => {
    await client.query(
      `UPDATE "Sweep" s SET "forecast" = f.remaining, "forecastAt" = now()
       FROM unnest($1::text[], $2::jsonb[]) AS f(id, remaining) WHERE s."jobId" = f.id`,
      [forecasts.map((one) => one.sweepId), forecasts.map((one) => JSON.stringify(one.remaining))],
    )
    await writeJournal(
      client,
      forecasts.map((one) => ({ kind: 'forecast', jobId: one.sweepId, data: one.remaining })),
    )
  })
}
