import type { PoolClient } from 'pg'
import type { EventOf } from './ingest-event'
import type { JournalEntry } from './journal'

/** Points of one run as live charts take them. */
export interface LivePoints {
  runId: string
  attempt: number
  steps: number[]
  samples: number[]
  /** Unix seconds. */
  at: number[]
  series: Record<string, (number | null)[]>
}

/** Columns of `Metric`, ready for `unnest`. */
class MetricColumns {
  runIds: string[] = []
  attempts: number[] = []
  epochs: number[] = []
  names: string[] = []
  steps: number[] = []
  samples: number[] = []
  values: (number | null)[] = []
  at: number[] = []

  add(event: EventOf<'metrics'>): void {
    for (const [name, values] of Object.entries(event.series))
      for (const [i, step] of event.steps.entries()) {
        this.runIds.push(event.runId)
        this.attempts.push(event.attempt)
        this.epochs.push(event.epoch)
        this.names.push(name)
        this.steps.push(step)
        this.samples.push(event.samples[i] ?? 0)
        this.values.push(values[i] ?? null)
        this.at.push(event.at[i] ?? 0)
      }
  }
}

/** Training metrics: one statement for all points, one for the progress of all runs, one journal row a sweep. */
export async function ingestMetrics(
  client: PoolClient,
  events: readonly EventOf<'metrics'>[],
): Promise<JournalEntry[]> {
  if (events.length === 0) return []
  const columns = new MetricColumns()
  for (const event of events) columns.add(event)
  await client.query(
    `INSERT INTO "Metric" ("runId", "attempt", "name", "step", "samples", "value", "at")
     SELECT m.run_id, m.attempt, m.name, m.step, m.samples, m.value, to_timestamp(m.at)
     FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::int[], $6::int[], $7::float8[], $8::float8[])
       AS m(run_id, attempt, epoch, name, step, samples, value, at)
     JOIN "Run" r ON r."id" = m.run_id AND r."epoch" = m.epoch
     ON CONFLICT DO NOTHING`,
    [
      columns.runIds,
      columns.attempts,
      columns.epochs,
      columns.names,
      columns.steps,
      columns.samples,
      columns.values,
      columns.at,
    ],
  )
  const newest = new Map<string, EventOf<'metrics'>>()
  for (const event of events) newest.set(`${event.runId} ${event.epoch}`, event)
  const last = [...newest.values()]
  const { rows } = await client.query<{ id: string; sweepId: string; epoch: number }>(
    `UPDATE "Run" r SET "step" = p.step, "samples" = p.samples,
       "lastTrainLoss" = coalesce(p.loss, r."lastTrainLoss")
     FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::float8[]) AS p(run_id, epoch, step, samples, loss)
     WHERE r."id" = p.run_id AND r."epoch" = p.epoch
     RETURNING r."id", r."sweepId", r."epoch"`,
    [
      last.map((event) => event.runId),
      last.map((event) => event.epoch),
      last.map((event) => event.steps.at(-1) ?? 0),
      last.map((event) => event.samples.at(-1) ?? 0),
      last.map((event) => event.series.train_loss?.findLast((loss) => loss !== null) ?? null),
    ],
  )
  return journalOf(events, new Map(rows.map((row) => [`${row.id} ${row.epoch}`, row.sweepId])))
}

/** One row a sweep with the points of all its runs; points under an old epoch were refused and are not shown. */
function journalOf(
  events: readonly EventOf<'metrics'>[],
  sweeps: ReadonlyMap<string, string>,
): JournalEntry[] {
  const bySweep = new Map<string, LivePoints[]>()
  for (const event of events) {
    const sweepId = sweeps.get(`${event.runId} ${event.epoch}`)
    if (sweepId === undefined) continue
    const { runId, attempt, steps, samples, at, series } = event
    const points = bySweep.get(sweepId) ?? []
    points.push({ runId, attempt, steps, samples, at, series })
    bySweep.set(sweepId, points)
  }
  return [...bySweep].map(([jobId, runs]) => ({ kind: 'metrics', jobId, data: { runs } }))
}
