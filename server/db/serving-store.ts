import type { Pool, PoolClient } from 'pg'
import type { Stage } from '../../engine/serving/snapshot'
import { type JournalEntry, writeJournal } from './journal'
import { mayMove } from './may-move'
import type { ProfileRow } from './serving-profile'
import { inTransaction } from './transaction'

/** Where a live request stands, as the leader knows it. Times are Unix milliseconds. */
export interface RequestProgress {
  id: string
  deploymentId: string
  attempt: number
  state: 'queued' | 'running' | 'paused'
  stage: Stage
  stepsDone: number
  gpuIds: string[]
  heldBy: string | null
  startedMs: number | null
  lastEndMs: number | null
  pauses: number
  sentence: string | null
}

export interface SegmentRow {
  requestId: string
  number: number
  phase: Stage
  startMs: number
  endMs: number
  fromStep: number
  steps: number
  sp: number
  batch: number
  gpuIds: string[]
}

export interface ReceiptRow {
  requestId: string
  atMs: number
  kind: string
  rule: string | null
  sentence: string
  seen: unknown
}

/** What the leader decided and heard since the last batch. */
export interface ServingBatch {
  requests: readonly RequestProgress[]
  segments: readonly SegmentRow[]
  receipts: readonly ReceiptRow[]
  /** Pictures of what is being made, which are in the artifact store already. */
  previews: readonly { id: string; path: string; step: number }[]
  profiles: readonly { deploymentId: string; rows: readonly ProfileRow[]; figures: unknown }[]
  journal: readonly JournalEntry[]
}

/** Writes a batch in one transaction. A request that has ended, or begun another attempt, is left as it is. */
export async function storeServing(pool: Pool, batch: ServingBatch): Promise<void> {
  await inTransaction(pool, async (client) => {
    await storeProgress(client, batch.requests)
    await storeSegments(client, batch.segments)
    await storeReceipts(client, batch.receipts)
    await storePreviews(client, batch.previews)
    for (const profile of batch.profiles) await storeProfile(client, profile)
    await writeJournal(client, batch.journal)
  })
}

async function storeProgress(client: PoolClient, requests: readonly RequestProgress[]): Promise<void> {
  if (requests.length === 0) return
  const running = mayMove('Request', 'running', { of: 'r', orStay: true })
  await client.query(
    `UPDATE "Request" r SET "state" = p.state::"RequestState", "stage" = p.stage, "stepsDone" = p.steps_done,
       "gpuIds" = ARRAY(SELECT jsonb_array_elements_text(p.gpus)), "pauses" = p.pauses, "sentence" = p.sentence,
       "startedAt" = coalesce(r."startedAt", to_timestamp(p.started / 1000)),
       "lastEndAt" = to_timestamp(p.last_end / 1000), "heldBy" = p.held_by
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::int[], $6::jsonb[], $7::int[], $8::text[],
       $9::float8[], $10::float8[], $11::text[])
       AS p(id, attempt, state, stage, steps_done, gpus, pauses, sentence, started, last_end, held_by)
     WHERE r."id" = p.id AND r."attempt" = p.attempt AND ${running}`,
    [
      requests.map((one) => one.id),
      requests.map((one) => one.attempt),
      requests.map((one) => one.state),
      requests.map((one) => one.stage),
      requests.map((one) => one.stepsDone),
      requests.map((one) => JSON.stringify(one.gpuIds)),
      requests.map((one) => one.pauses),
      requests.map((one) => one.sentence),
      requests.map((one) => one.startedMs),
      requests.map((one) => one.lastEndMs),
      requests.map((one) => one.heldBy),
    ],
  )
}

async function storeSegments(client: PoolClient, segments: readonly SegmentRow[]): Promise<void> {
  if (segments.length === 0) return
  await client.query(
    `INSERT INTO "RequestSegment" ("requestId", "number", "phase", "startedAt", "endedAt", "fromStep", "steps", "sp",
       "batch", "gpuIds")
     SELECT s.id, s.number, s.phase, to_timestamp(s.start / 1000), to_timestamp(s.stop / 1000), s.from_step, s.steps,
       s.sp, s.batch, ARRAY(SELECT jsonb_array_elements_text(s.gpus))
     FROM unnest($1::text[], $2::int[], $3::text[], $4::float8[], $5::float8[], $6::int[], $7::int[], $8::int[],
       $9::int[], $10::jsonb[]) AS s(id, number, phase, start, stop, from_step, steps, sp, batch, gpus)
     JOIN "Request" r ON r."id" = s.id
     ON CONFLICT ("requestId", "number") DO UPDATE SET "endedAt" = excluded."endedAt", "steps" = excluded."steps"`,
    [
      segments.map((one) => one.requestId),
      segments.map((one) => one.number),
      segments.map((one) => one.phase),
      segments.map((one) => one.startMs),
      segments.map((one) => one.endMs),
      segments.map((one) => one.fromStep),
      segments.map((one) => one.steps),
      segments.map((one) => one.sp),
      segments.map((one) => one.batch),
      segments.map((one) => JSON.stringify(one.gpuIds)),
    ],
  )
}

async function storeReceipts(client: PoolClient, receipts: readonly ReceiptRow[]): Promise<void> {
  if (receipts.length === 0) return
  await client.query(
    `INSERT INTO "RequestReceipt" ("requestId", "number", "at", "kind", "rule", "sentence", "seen")
     SELECT p.id, (SELECT coalesce(max(c."number"), 0) FROM "RequestReceipt" c WHERE c."requestId" = p.id)
         + row_number() OVER (PARTITION BY p.id ORDER BY p.place),
       to_timestamp(p.at / 1000), p.kind, p.rule, p.sentence, p.seen
     FROM unnest($1::text[], $2::float8[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
       WITH ORDINALITY AS p(id, at, kind, rule, sentence, seen, place)
     JOIN "Request" r ON r."id" = p.id`,
    [
      receipts.map((one) => one.requestId),
      receipts.map((one) => one.atMs),
      receipts.map((one) => one.kind),
      receipts.map((one) => one.rule),
      receipts.map((one) => one.sentence),
      receipts.map((one) => JSON.stringify(one.seen)),
    ],
  )
}

async function storePreviews(client: PoolClient, previews: ServingBatch['previews']): Promise<void> {
  if (previews.length === 0) return
  await client.query(
    `UPDATE "Request" r SET "previewPath" = p.path, "previewStep" = p.step
     FROM unnest($1::text[], $2::text[], $3::int[]) AS p(id, path, step) WHERE r."id" = p.id`,
    [previews.map((one) => one.id), previews.map((one) => one.path), previews.map((one) => one.step)],
  )
}

async function storeProfile(
  client: PoolClient,
  { deploymentId, rows, figures }: ServingBatch['profiles'][number],
): Promise<void> {
  await client.query('UPDATE "Deployment" SET "figures" = $2 WHERE "jobId" = $1', [
    deploymentId,
    JSON.stringify(figures),
  ])
  await client.query(
    `INSERT INTO "ProfileEntry" ("deploymentId", "kind", "width", "height", "frames", "batch", "sp", "stepMs", "encodeMs",
       "decodeMs", "steps", "encodes", "decodes", "updatedAt")
     SELECT $1, p.*, now() FROM unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::float8[],
       $9::float8[], $10::float8[], $11::int[], $12::int[], $13::int[]) AS p
     WHERE EXISTS (SELECT 1 FROM "Deployment" WHERE "jobId" = $1)
     ON CONFLICT ("deploymentId", "kind", "width", "height", "frames", "batch", "sp") DO UPDATE SET
       "stepMs" = excluded."stepMs", "encodeMs" = excluded."encodeMs", "decodeMs" = excluded."decodeMs",
       "steps" = excluded."steps", "encodes" = excluded."encodes", "decodes" = excluded."decodes", "updatedAt" = now()`,
    [
      deploymentId,
      rows.map((row) => row.kind),
      rows.map((row) => row.width),
      rows.map((row) => row.height),
      rows.map((row) => row.frames),
      rows.map((row) => row.batch),
      rows.map((row) => row.sp),
      rows.map((row) => row.stepMs),
      rows.map((row) => row.encodeMs),
      rows.map((row) => row.decodeMs),
      rows.map((row) => row.steps),
      rows.map((row) => row.encodes),
      rows.map((row) => row.decodes),
    ],
  )
}
