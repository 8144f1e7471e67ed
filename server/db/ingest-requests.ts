import type { PoolClient } from 'pg'
import type { EventOf } from './ingest-event'
import type { JournalEntry } from './journal'
import { mayMove } from './may-move'

/** A request whose executor died begins once more; after that it has failed. */
export const MOST_ATTEMPTS = 2

/** Reasons for which a request is given another attempt. */
const WORTH_ANOTHER: readonly string[] = ['executor-died', 'state-lost']

/** States of requests that are on disk now: what they would go on from. */
export async function ingestParked(
  client: PoolClient,
  events: readonly EventOf<'request-parked'>[],
): Promise<JournalEntry[]> {
  for (const event of events)
    await client.query(
      `UPDATE "Request" SET "parkedPath" = $3, "parkedBytes" = $4, "parkedStep" = $5, "parkedStage" = $6
       WHERE "id" = $1 AND "attempt" = $2 AND "state" IN ('queued', 'running', 'paused')`,
      [event.requestId, event.attempt, event.path, event.bytes, event.stepsDone, event.stage],
    )
  return []
}

/** Results and failures. What comes from an older attempt, or after the end, is refused. */
export async function ingestEnded(
  client: PoolClient,
  events: readonly EventOf<'request-ended'>[],
): Promise<JournalEntry[]> {
  const journal: JournalEntry[] = []
  for (const event of events) {
    const again = event.state === 'failed' && WORTH_ANOTHER.includes(event.reason ?? '')
    const deploymentId = again
      ? await beginAgain(client, event.requestId, event.attempt)
      : await end(client, event)
    if (deploymentId)
      journal.push({
        kind: 'request',
        jobId: deploymentId,
        data: { requestId: event.requestId, state: again ? 'queued' : event.state },
      })
  }
  return journal
}

async function end(client: PoolClient, event: EventOf<'request-ended'>): Promise<string | undefined> {
  const { rows } = await client.query<{ deploymentId: string }>(
    `WITH ended AS (
       UPDATE "Request" SET "state" = $3::"RequestState", "endedAt" = $4, "resultPath" = $5, "resultType" = $6,
         "resultBytes" = $7, "error" = CASE WHEN $3 = 'failed' THEN $8 END,
         "stage" = CASE WHEN $3 = 'done' THEN 'decode' ELSE "stage" END,
         "stepsDone" = CASE WHEN $3 = 'done' THEN "steps" ELSE "stepsDone" END,
         "sentence" = CASE $3 WHEN 'done' THEN CASE WHEN $4 <= "deadlineAt" THEN 'Ready in time.' ELSE 'Ready, late.' END
           WHEN 'cancelled' THEN 'Cancelled by ' || coalesce("cancelledBy", 'a person') || '.' ELSE $8 END
       WHERE "id" = $1 AND "attempt" = $2 AND ${mayMove('Request', event.state)}
       RETURNING "id", "deploymentId", "webhookUrl", "sentence"),
     told AS (INSERT INTO "WebhookDelivery" ("requestId") SELECT "id" FROM ended WHERE "webhookUrl" IS NOT NULL
       ON CONFLICT DO NOTHING),
     receipt AS (INSERT INTO "RequestReceipt" ("requestId", "number", "at", "kind", "sentence", "seen")
       SELECT e."id", (SELECT coalesce(max("number"), 0) + 1 FROM "RequestReceipt" WHERE "requestId" = e."id"), $4, $3,
         coalesce(e."sentence", 'It failed and nothing says why.'), jsonb_build_object('reason', $9::text) FROM ended e)
     SELECT "deploymentId" FROM ended`,
    [
      event.requestId,
      event.attempt,
      event.state,
      event.at,
      event.path,
      event.mediaType,
      event.bytes,
      event.message,
      event.reason,
    ],
  )
  return rows[0]?.deploymentId
}

/**
 * The executor of a request is gone: it goes on from its newest state on disk, or from the start, once, and says so. A
 * repeat changes nothing, since the attempt has grown.
 *
 * @returns its deployment, where something has changed
 */
export async function beginAgain(
  client: PoolClient,
  requestId: string,
  attempt: number,
): Promise<string | undefined> {
  const { rows } = await client.query<{ deploymentId: string }>(
    `WITH before AS (SELECT * FROM "Request" WHERE "id" = $1 FOR UPDATE),
     again AS (
       UPDATE "Request" r SET
         "attempt" = CASE WHEN b."attempt" < $3 THEN b."attempt" + 1 ELSE b."attempt" END,
         "state" = (CASE WHEN b."attempt" >= $3 THEN 'failed' WHEN b."parkedPath" IS NULL THEN 'queued'
           ELSE 'paused' END)::"RequestState",
         "stage" = coalesce(b."parkedStage", 'encode'), "stepsDone" = coalesce(b."parkedStep", 0), "gpuIds" = '{}', "heldBy" = NULL,
         "endedAt" = CASE WHEN b."attempt" >= $3 THEN now() END,
         "sentence" = CASE
           WHEN b."attempt" >= $3 THEN 'Its executor died twice. Send it again, or look at the node.'
           WHEN b."parkedPath" IS NULL THEN 'Its executor died before anything was on disk; it begins again.'
           ELSE 'Its executor died at step ' || b."stepsDone" || '; it goes on after step ' || b."parkedStep" || '.' END,
         "error" = CASE WHEN b."attempt" >= $3 THEN 'Its executor died twice. Send it again, or look at the node.' END
       FROM before b WHERE r."id" = b."id" AND b."attempt" = $2 AND ${mayMove('Request', 'failed', { of: 'b' })}
         AND b."cancelledAt" IS NULL
       RETURNING r."id", r."deploymentId", r."webhookUrl", r."state", r."sentence", b."stepsDone" AS "reached",
         r."stepsDone" AS "from"),
     told AS (INSERT INTO "WebhookDelivery" ("requestId") SELECT "id" FROM again
       WHERE "webhookUrl" IS NOT NULL AND "state" = 'failed' ON CONFLICT DO NOTHING),
     receipt AS (INSERT INTO "RequestReceipt" ("requestId", "number", "at", "kind", "rule", "sentence", "seen")
       SELECT a."id", (SELECT coalesce(max("number"), 0) + 1 FROM "RequestReceipt" WHERE "requestId" = a."id"), now(),
         CASE WHEN a."state" = 'failed' THEN 'failed' ELSE 'restarted' END, 'S39', a."sentence",
         jsonb_build_object('reached', a."reached", 'from', a."from") FROM again a)
     SELECT "deploymentId" FROM again`,
    [requestId, attempt, MOST_ATTEMPTS],
  )
  if (rows[0]) return rows[0].deploymentId
  const cancelled = await client.query<{ deploymentId: string }>(
    `UPDATE "Request" SET "state" = 'cancelled', "endedAt" = now(), "sentence" = 'Cancelled by ' || "cancelledBy" || '.'
     WHERE "id" = $1 AND "attempt" = $2 AND ${mayMove('Request', 'cancelled')} AND "cancelledAt" IS NOT NULL
     RETURNING "deploymentId"`,
    [requestId, attempt],
  )
  return cancelled.rows[0]?.deploymentId
}

/** What a probe measured; from real steps only the costs of changes, since the leader learns the steps itself. */
export async function ingestProfiles(
  client: PoolClient,
  events: readonly EventOf<'serving-profile'>[],
): Promise<JournalEntry[]> {
  const journal: JournalEntry[] = []
  for (const { executorId, source, profile } of events) {
    const found = await client.query<{ jobId: string }>(
      `UPDATE "Deployment" d SET "switchMs" = greatest($2::float8, 0), "resumeMs" = greatest($3::float8, 0) FROM "Executor" e
       WHERE e."id" = $1 AND d."jobId" = e."jobId" RETURNING d."jobId"`,
      [executorId, profile.switchMs, profile.resumeMs],
    )
    const jobId = found.rows[0]?.jobId
    if (!jobId || source !== 'probe') continue
    const rows = [
      ...profile.image.map((row) => ({ ...row, kind: 'image', frames: 1, sp: 1 })),
      ...profile.video.map((row) => ({ ...row, kind: 'video', batch: 1 })),
    ]
    const sides = rows.map((row) => row.resolution.split('x').map(Number))
    await client.query(
      `INSERT INTO "ProfileEntry" ("deploymentId", "kind", "width", "height", "frames", "batch", "sp", "stepMs", "encodeMs",
         "decodeMs", "steps", "encodes", "decodes", "updatedAt")
       SELECT $1, p.*, 1, 1, 1, now() FROM unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[],
         $8::float8[], $9::float8[], $10::float8[]) AS p
       ON CONFLICT ("deploymentId", "kind", "width", "height", "frames", "batch", "sp") DO NOTHING`,
      [
        jobId,
        rows.map((row) => row.kind),
        sides.map(([width]) => width),
        sides.map(([, height]) => height),
        rows.map((row) => row.frames),
        rows.map((row) => row.batch),
        rows.map((row) => row.sp),
        rows.map((row) => row.stepMs),
        rows.map((row) => row.encodeMs),
        rows.map((row) => row.decodeMs),
      ],
    )
    await client.query(
      `UPDATE "Deployment" SET "probe" = coalesce("probe", '{}') || jsonb_build_object('state', 'done', 'endedAt', now(),
         'startedAt', coalesce("probe"->>'startedAt', now()::text), 'message', NULL) WHERE "jobId" = $1`,
      [jobId],
    )
    journal.push({ kind: 'deployment', jobId, data: { probe: 'done' } })
  }
  return journal
}
