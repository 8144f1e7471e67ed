import type { PoolClient } from 'pg'
import type { EventOf } from './ingest-event'
import type { JournalEntry } from './journal'

/** Names under which the two losses of an evaluation are kept in `Metric`. */
export const VAL_LOSS = 'val_loss'
export const EVAL_TRAIN_LOSS = 'eval_train_loss'

/** Evaluations: points, the best and last of each run, the best of each sweep. A loss that was not finite is NULL. */
export async function ingestEvaluations(
  client: PoolClient,
  events: readonly EventOf<'evaluation'>[],
): Promise<JournalEntry[]> {
  if (events.length === 0) return []
  const points = events.flatMap((event) => [
    { event, name: VAL_LOSS, value: event.valLoss },
    { event, name: EVAL_TRAIN_LOSS, value: event.trainLoss },
  ])
  const stored = await client.query<{ runId: string; attempt: number; step: number; name: string }>(
    `INSERT INTO "Metric" ("runId", "attempt", "name", "step", "samples", "value", "at")
     SELECT m.run_id, m.attempt, m.name, m.step, m.samples, m.value, m.at
     FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::int[], $6::int[], $7::float8[], $8::timestamptz[])
       AS m(run_id, attempt, epoch, name, step, samples, value, at)
     JOIN "Run" r ON r."id" = m.run_id AND r."epoch" = m.epoch
     ON CONFLICT DO NOTHING RETURNING "runId", "attempt", "step", "name"`,
    [
      points.map(({ event }) => event.runId),
      points.map(({ event }) => event.attempt),
      points.map(({ event }) => event.epoch),
      points.map(({ name }) => name),
      points.map(({ event }) => event.step),
      points.map(({ event }) => event.samples),
      points.map(({ value }) => value),
      points.map(({ event }) => event.at),
    ],
  )
  const keys = new Set(stored.rows.map((row) => `${row.runId} ${row.attempt} ${row.step}`))
  const fresh = events.filter((event) => keys.has(`${event.runId} ${event.attempt} ${event.step}`))
  const runIds = [...new Set(fresh.map((event) => event.runId))]
  if (runIds.length === 0) return []
  const { rows } = await client.query<{ id: string; sweepId: string }>(
    `UPDATE "Run" r SET "bestValLoss" = b.value, "bestStep" = b.step, "lastValLoss" = l.value
     FROM unnest($1::text[]) AS u(id)
     LEFT JOIN LATERAL (SELECT "value", "step" FROM "Metric" WHERE "runId" = u.id AND "name" = '${VAL_LOSS}'
       AND "value" IS NOT NULL ORDER BY "value", "step" LIMIT 1) b ON true
     LEFT JOIN LATERAL (SELECT "value" FROM "Metric" WHERE "runId" = u.id AND "name" = '${VAL_LOSS}'
       ORDER BY "step" DESC, "attempt" DESC LIMIT 1) l ON true
     WHERE r."id" = u.id RETURNING r."id", r."sweepId"`,
    [runIds],
  )
  const sweepOf = new Map(rows.map((row) => [row.id, row.sweepId]))
  await summarise(client, [...new Set(sweepOf.values())])
  return fresh.map((event) => ({
    kind: 'evaluation',
    jobId: sweepOf.get(event.runId),
    runId: event.runId,
    data: {
      attempt: event.attempt,
      step: event.step,
      samples: event.samples,
      trainLoss: event.trainLoss,
      valLoss: event.valLoss,
      seconds: event.seconds,
      at: event.at,
    },
  }))
}

/** Writes the figures of whole sweeps from their runs: samples used and full, best run and its loss. */
export async function summarise(client: PoolClient, sweepIds: readonly string[]): Promise<void> {
  await client.query(
    `UPDATE "Sweep" s SET "samplesUsed" = t.used, "samplesFull" = t.full_samples,
       "bestRunId" = b."id", "bestValLoss" = b."bestValLoss"
     FROM unnest($1::text[]) AS u(id)
     CROSS JOIN LATERAL (SELECT coalesce(sum("samples"), 0) AS used, coalesce(sum("fullSamples"), 0) AS full_samples
       FROM "Run" WHERE "sweepId" = u.id) t
     LEFT JOIN LATERAL (SELECT "id", "bestValLoss" FROM "Run" WHERE "sweepId" = u.id AND "bestValLoss" IS NOT NULL
       ORDER BY "bestValLoss", "number" LIMIT 1) b ON true
     WHERE s."jobId" = u.id`,
    [sweepIds],
  )
}
