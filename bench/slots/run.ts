/**
 * How busy the slots of a real executor are: a real control plane, Postgres and agent train a sweep of more runs than
 * slots, and every figure that a run reported tells when it was in its slot. Prints one JSON object last.
 */

import { TestCluster } from '../../test/support/cluster'
import { startPostgres } from '../../test/support/postgres'
import { reportResult } from '../harness/report-result'
import { type Stay, slotsInUse } from './slots-in-use'

const SLOTS = 8
const spec = {
  name: 'slots',
  model: 'builtin/tiny-llama',
  dataset: 'builtin/arithmetic',
  method: 'grid' as const,
  parameters: {
    learning_rate: { values: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2] },
    rank: { values: [4, 8, 16] },
    batch_size: { values: [2, 4, 8] },
  },
  epochs: 1,
  max_length: 64,
  evaluations: 12,
}

/** A stay begins one step before its first training loss, which is reported after the step. */
const STAYS = `
  SELECT a."executorId", e."slots", extract(epoch FROM min(m."at")) * 1000 AS "fromMs",
    extract(epoch FROM max(m."at")) * 1000 AS "toMs", percentile_cont(0.5) WITHIN GROUP (ORDER BY m.gap) * 1000 AS "stepMs"
  FROM "Attempt" a JOIN "Executor" e ON e."id" = a."executorId" JOIN "Run" r ON r."id" = a."runId"
  JOIN (SELECT "runId", "attempt", "at", CASE WHEN "name" = 'train_loss' THEN extract(epoch FROM
            "at" - lag("at") OVER (PARTITION BY "runId", "attempt", "name" ORDER BY "step")) END AS gap
        FROM "Metric") m ON m."runId" = a."runId" AND m."attempt" = a."number"
  WHERE r."sweepId" = $1 GROUP BY a."runId", a."number", a."executorId", e."slots"`

const postgres = await startPostgres()
const cluster = await TestCluster.create(await postgres.createDatabase())
try {
  await cluster.controlPlane({ ALTO_MAX_SLOTS: String(SLOTS) })
  await cluster.agent()
  const params = spec.parameters.learning_rate.values.flatMap((learning_rate) =>
    spec.parameters.rank.values.flatMap((rank) =>
      spec.parameters.batch_size.values.map((batch_size) => ({ learning_rate, rank, batch_size })),
    ),
  )
  const id = await cluster.submit(spec, params)
  const state = await cluster.sweepState(id, ['done', 'failed'], 600)
  if (state !== 'done') throw new Error('The sweep failed.')
  const rows = await cluster.rows<{
    executorId: string
    slots: number
    fromMs: string
    toMs: string
    stepMs: number | null
  }>(STAYS, [id])
  const stays = rows.map(
    ({ executorId, slots, fromMs, toMs, stepMs }): Stay => ({
      executorId,
      slots,
      fromMs: Number(fromMs) - (stepMs ?? 0),
      toMs: Number(toMs),
    }),
  )
  const [trained] = await cluster.rows<{ share: string }>(
    'SELECT sum("samples")::float8 / sum("fullSamples") AS share FROM "Run" WHERE "sweepId" = $1',
    [id],
  )
  reportResult('slots', [
    {
      case: `${params.length} runs in ${SLOTS} slots of one executor on CPU, default policy, real training`,
      ...slotsInUse(stays),
      trainedShare: Number(trained!.share),
      executors: new Set(stays.map((stay) => stay.executorId)).size,
    },
  ])
} finally {
  await cluster.close()
  await postgres.stop()
}
