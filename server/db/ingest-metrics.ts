import { DatabaseError, type PoolClient } from 'pg'
import { float8Array, int4Array } from './binary-array'
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

/** Of each run and batch, the most that live charts are told; beyond that they get every so manyth, and the last. */
const LIVE_POINTS = 50

/** Points as columns of `Metric`; run and name are numbers of the events and names of the batch, from 1. */
class MetricColumns {
  readonly names = new Map<string, number>()
  readonly event: number[] = []
  readonly name: number[] = []
  readonly steps: number[] = []
  readonly samples: number[] = []
  readonly values: (number | null)[] = []
  readonly at: number[] = []

  add(number: number, event: EventOf<'metrics'>): void {
    for (const [name, values] of Object.entries(event.series)) {
      const named = this.names.get(name) ?? this.names.size + 1
      this.names.set(name, named)
      for (const [i, step] of event.steps.entries()) {
        this.event.push(number)
        this.name.push(named)
        this.steps.push(step)
        this.samples.push(event.samples[i] ?? 0)
        this.values.push(values[i] ?? null)
        this.at.push(event.at[i] ?? 0)
      }
    }
  }
}

const UNIQUE_VIOLATION = '23505'
const INSERT_POINTS = `WITH event AS MATERIALIZED (
    SELECT e.number, e.run_id, e.attempt
    FROM unnest($1::text[], $2::int[], $3::int[]) WITH ORDINALITY AS e(run_id, attempt, epoch, number)
    JOIN "Run" r ON r."id" = e.run_id AND r."epoch" = e.epoch)
  INSERT INTO "Metric" ("runId", "attempt", "name", "step", "samples", "value", "at")
  SELECT e.run_id, e.attempt, n.name, m.step, m.samples, m.value, to_timestamp(m.at)
  FROM unnest($4::int4[], $5::int4[], $6::int4[], $7::int4[], $8::float8[], $9::float8[])
    AS m(event, name, step, samples, value, at)
  JOIN event e ON e.number = m.event
  JOIN unnest($10::text[]) WITH ORDINALITY AS n(name, number) ON n.number = m.name`

/** Training metrics: one statement for all points, one for the progress of all runs, one journal row a sweep. */
export async function ingestMetrics(
  client: PoolClient,
  events: readonly EventOf<'metrics'>[],
): Promise<JournalEntry[]> {
  if (events.length === 0) return []
  const columns = new MetricColumns()
  for (const [index, event] of events.entries()) columns.add(index + 1, event)
  await insertPoints(client, events, columns)
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

/**
 * Repeats are told by their numbers in the spool before they come here, so a point that is stored already is rare: it
 * is looked for only where the database says that there is one. That look costs a third of an insert.
 */
async function insertPoints(
  client: PoolClient,
  events: readonly EventOf<'metrics'>[],
  columns: MetricColumns,
): Promise<void> {
  const values = [
    events.map((event) => event.runId),
    events.map((event) => event.attempt),
    events.map((event) => event.epoch),
    int4Array(columns.event),
    int4Array(columns.name),
    int4Array(columns.steps),
    int4Array(columns.samples),
    float8Array(columns.values),
    float8Array(columns.at),
    [...columns.names.keys()],
  ]
  await client.query('SAVEPOINT points')
  try {
    await client.query(INSERT_POINTS, values)
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error
    await client.query('ROLLBACK TO SAVEPOINT points')
    await client.query(`${INSERT_POINTS} ON CONFLICT DO NOTHING`, values)
  }
  await client.query('RELEASE SAVEPOINT points')
}

/** One row a sweep with the points of all its runs; points under an old epoch were refused and are not shown. */
function journalOf(
  events: readonly EventOf<'metrics'>[],
  sweeps: ReadonlyMap<string, string>,
): JournalEntry[] {
  const bySweep = new Map<string, LivePoints[]>()
  const perRun = new Map<string, number>()
  for (const { runId, steps } of events) perRun.set(runId, (perRun.get(runId) ?? 0) + steps.length)
  for (const event of events) {
    const sweepId = sweeps.get(`${event.runId} ${event.epoch}`)
    if (sweepId === undefined) continue
    const points = bySweep.get(sweepId) ?? []
    points.push(livePoints(event, Math.ceil(perRun.get(event.runId)! / LIVE_POINTS)))
    bySweep.set(sweepId, points)
  }
  return [...bySweep].map(([jobId, runs]) => ({ kind: 'metrics', jobId, data: { runs } }))
}

/** Every `stride`th point of an event, counted from its last one. */
function livePoints(
  { runId, attempt, steps, samples, at, series }: EventOf<'metrics'>,
  stride: number,
): LivePoints {
  if (stride === 1) return { runId, attempt, steps, samples, at, series }
  const kept = <T>(values: readonly T[]): T[] =>
    values.filter((_, index) => (steps.length - 1 - index) % stride === 0)
  return {
    runId,
    attempt,
    steps: kept(steps),
    samples: kept(samples),
    at: kept(at),
    series: Object.fromEntries(Object.entries(series).map(([name, values]) => [name, kept(values)])),
  }
}
