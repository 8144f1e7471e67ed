import { nanoid } from 'nanoid'
import type { PoolClient } from 'pg'
import type { EventOf } from './ingest-event'
import type { JournalEntry } from './journal'

/** Checkpoints: where the state of a run lies. */
export async function ingestCheckpoints(
  client: PoolClient,
  events: readonly EventOf<'checkpoint'>[],
): Promise<JournalEntry[]> {
  if (events.length === 0) return []
  await client.query(
    `INSERT INTO "Checkpoint" ("id", "runId", "attempt", "step", "samples", "purpose", "path", "bytes", "createdAt")
     SELECT c.id, c.run_id, c.attempt, c.step, c.samples, c.purpose, c.path, c.bytes, c.at
     FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[],
         $9::bigint[], $10::timestamptz[])
       AS c(id, run_id, attempt, epoch, step, samples, purpose, path, bytes, at)
     JOIN "Run" r ON r."id" = c.run_id AND r."epoch" = c.epoch
     ON CONFLICT ("runId", "attempt", "step", "purpose") DO NOTHING`,
    [
      events.map(() => nanoid(12)),
      events.map((event) => event.runId),
      events.map((event) => event.attempt),
      events.map((event) => event.epoch),
      events.map((event) => event.step),
      events.map((event) => event.samples),
      events.map((event) => event.purpose),
      events.map((event) => event.path),
      events.map((event) => event.bytes),
      events.map((event) => event.at),
    ],
  )
  return []
}

/** What runs write for held-out prompts. */
export async function ingestOutputs(
  client: PoolClient,
  events: readonly EventOf<'output-sample'>[],
): Promise<JournalEntry[]> {
  if (events.length === 0) return []
  const { rows } = await client.query<{ runId: string; sweepId: string }>(
    `WITH stored AS (
       INSERT INTO "OutputSample" ("id", "runId", "step", "prompt", "expected", "output", "baseOutput", "createdAt")
       SELECT o.id, o.run_id, o.step, o.prompt, o.expected, o.output, o.base_output, o.at
       FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
           $9::timestamptz[])
         AS o(id, run_id, epoch, step, prompt, expected, output, base_output, at)
       JOIN "Run" r ON r."id" = o.run_id AND r."epoch" = o.epoch
       ON CONFLICT ("runId", "step", "prompt") DO NOTHING RETURNING "runId")
     SELECT DISTINCT r."id" AS "runId", r."sweepId" FROM stored JOIN "Run" r ON r."id" = stored."runId"`,
    [
      events.map(() => nanoid(12)),
      events.map((event) => event.runId),
      events.map((event) => event.epoch),
      events.map((event) => event.step),
      events.map((event) => event.prompt),
      events.map((event) => event.expected),
      events.map((event) => event.output),
      events.map((event) => event.baseOutput),
      events.map((event) => event.at),
    ],
  )
  return rows.map((row) => ({ kind: 'outputs', jobId: row.sweepId, runId: row.runId }))
}
