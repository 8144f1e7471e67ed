import { createHash, randomInt } from 'node:crypto'
import { customAlphabet } from 'nanoid'
import type { Pool, PoolClient } from 'pg'
import { type Abilities, abilities } from '@/contracts/pipeline-facts'
import type { RequestSpec } from '@/contracts/request-spec'
import { database } from '../db/client'
import { writeJournal } from '../db/journal'
import { ringServing } from '../db/serving-doorbell'
import { weightOf } from '../db/serving-rows'
import { type LoadedServing, loadServing } from '../db/serving-snapshot'
import { inTransaction } from '../db/transaction'
import { notFound, UserError } from '../trpc/user-error'
import { type CompleteRequest, checkRequest } from './check-request'
import { quoteRequest } from './quote-request'
import { readStoredQuote, type StoredQuote, UNKNOWN_QUOTE } from './stored-quote'

export interface RequestBy {
  deploymentId: string
  projectId: string
  userId: string
  /** A caller's own name for this call, so that the call can be repeated: whoever comes with it again gets what it made. */
  onceKey?: string | null
}

export interface Examined {
  serving: LoadedServing
  request: CompleteRequest
  deadlineMs: number
  quote: StoredQuote
}

/** Letters that are not mistaken for one another: people read these ids aloud. */
const shortId = customAlphabet('23456789abcdefghjkmnpqrstuvwxyz', 10)
const MAX_SEED = 2 ** 31 - 1
/** Any constant: requests of one deployment are admitted one after the other. */
const ADMISSION_LOCK = 7_412_002

/** Whether a deployment takes requests. @throws {UserError} */
function demandOpen(serving: LoadedServing): void {
  const { name, state } = serving.deployment
  if (state === 'waiting' || state === 'running') return
  throw new UserError(`${name} has ended (${state}). Choose another deployment.`, {
    code: 'PRECONDITION_FAILED',
    field: ['deploymentId'],
  })
}

/** Checks a request and quotes it, without queueing anything. @throws {UserError} one sentence at the field */
export async function examineRequest(spec: RequestSpec, by: RequestBy): Promise<Examined> {
  const { pool } = database()
  const now = Date.now()
  const serving = await loadServing(pool, by.deploymentId, now)
  if (!serving) throw notFound('That deployment')
  demandOpen(serving)
  const request = checkRequest(spec, await abilitiesOf(by.deploymentId), serving.deployment.name)
  const deadlineMs = now + (spec.deadlineMs ?? serving.deployment.settings.deadlinesMs[spec.kind])
  const quote = quoteRequest(serving, { ...request, projectId: by.projectId, deadlineMs }, now)
  return { serving, request, deadlineMs, quote }
}

async function abilitiesOf(deploymentId: string): Promise<Abilities> {
  const { rows } = await database().pool.query<{ abilities: unknown }>(
    'SELECT "abilities" FROM "Deployment" WHERE "jobId" = $1',
    [deploymentId],
  )
  return abilities.safeParse(rows[0]?.abilities).data ?? { image: null, video: null }
}

/**
 * Queues a request, or several images of one prompt, after its quote. The line is counted under a lock, so it never
 * grows beyond its bound, however many ask at once.
 *
 * @throws {UserError} where a field is wrong, the line is full, or a deadline cannot be promised and nobody accepts that
 */
export async function createRequests(
  spec: RequestSpec,
  by: RequestBy,
): Promise<{ ids: string[]; groupId: string; quote: StoredQuote }> {
  const groupId = groupOf(by)
  const made = await madeBefore(database().pool, groupId)
  if (made) return made
  await demandRoom(by.deploymentId, spec.count)
  const { serving, request, deadlineMs, quote } = await examineRequest(spec, by)
  if (quote.kind === 'refusal' && quote.code === 'line-full')
    throw lineFull(serving.deployment.name, serving.deployment.settings.mostInLine)
  const acceptLate = spec.acceptLate ?? spec.deadlineMs === undefined
  if (!acceptLate && (quote.kind === 'refusal' || quote.kind === 'would-make-it'))
    throw new UserError(quote.words, { code: 'CONFLICT', field: ['deadlineMs'] })
  const seed = spec.seed ?? randomInt(MAX_SEED)
  const ids = Array.from({ length: spec.count }, () => `${spec.kind === 'image' ? 'i' : 'v'}-${shortId()}`)
  const weight = weightOf(serving.deployment.settings, { kind: spec.kind, projectId: by.projectId })
  return inTransaction(database().pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ADMISSION_LOCK, by.deploymentId])
    const { rows } = await client.query<{ inLine: number; isOpen: boolean }>(
      `SELECT (SELECT count(*) FROM "Request" WHERE "deploymentId" = $1 AND "state" IN ('queued', 'running', 'paused'))
         AS "inLine", (SELECT "state" IN ('waiting', 'running') FROM "Job" WHERE "id" = $1) AS "isOpen"`,
      [by.deploymentId],
    )
    const already = await madeBefore(client, groupId)
    if (already) return already
    const { inLine, isOpen } = rows[0]!
    if (!isOpen) throw notFound('That deployment')
    if (inLine + spec.count > serving.deployment.settings.mostInLine)
      throw lineFull(serving.deployment.name, serving.deployment.settings.mostInLine)
    await client.query(
      `INSERT INTO "Request" ("id", "deploymentId", "projectId", "createdById", "groupId", "kind", "prompt", "width",
         "height", "frames", "steps", "guidance", "seed", "weight", "deadlineAt", "quote", "webhookUrl", "sentence")
       SELECT n."id", $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, n."seed", $14,
         to_timestamp($15::float8 / 1000), $16, $17, $18
       FROM unnest($1::text[], $2::int[]) AS n("id", "seed")`,
      [
        ids,
        ids.map((_, index) => (seed + index) % MAX_SEED),
        by.deploymentId,
        by.projectId,
        by.userId,
        groupId,
        request.kind,
        request.prompt,
        request.width,
        request.height,
        request.frames,
        request.steps,
        request.guidance,
        weight,
        deadlineMs,
        JSON.stringify(quote),
        spec.webhookUrl ?? null,
        quote.words,
      ],
    )
    await client.query(
      `INSERT INTO "RequestReceipt" ("requestId", "number", "at", "kind", "sentence", "seen")
       SELECT n."id", 0, now(), 'quoted', $2, $3 FROM unnest($1::text[]) AS n("id")`,
      [ids, quote.words, JSON.stringify(quote)],
    )
    await writeJournal(
      client,
      ids.map((id) => ({
        kind: 'request',
        jobId: by.deploymentId,
        data: { requestId: id, state: 'queued', kind: request.kind },
      })),
    )
    await ringServing(client)
    return { ids, groupId, quote }
  })
}

/** Two calls of one person to one deployment under one key are one. */
function groupOf({ onceKey, userId, deploymentId }: RequestBy): string {
  if (!onceKey) return shortId()
  return createHash('sha256')
    .update(JSON.stringify([userId, deploymentId, onceKey]))
    .digest('base64url')
}

/** What a call under this name has made already. */
async function madeBefore(
  client: Pool | PoolClient,
  groupId: string,
): Promise<{ ids: string[]; groupId: string; quote: StoredQuote } | null> {
  const { rows } = await client.query<{ id: string; quote: unknown }>(
    'SELECT "id", "quote" FROM "Request" WHERE "groupId" = $1 ORDER BY "seed", "id"',
    [groupId],
  )
  if (!rows[0]) return null
  const quote = readStoredQuote(rows[0].quote) ?? UNKNOWN_QUOTE
  return { ids: rows.map((row) => row.id), groupId, quote }
}

/** The cheap look before anything is loaded: a full line is refused at once. */
async function demandRoom(deploymentId: string, count: number): Promise<void> {
  const { rows } = await database().pool.query<{ inLine: number; most: number | null; name: string }>(
    `SELECT (SELECT count(*) FROM "Request" WHERE "deploymentId" = $1 AND "state" IN ('queued', 'running', 'paused'))
       AS "inLine", (d."settings"->>'mostInLine')::int AS "most", j."name"
     FROM "Deployment" d JOIN "Job" j ON j."id" = d."jobId" WHERE d."jobId" = $1`,
    [deploymentId],
  )
  const row = rows[0]
  if (row?.most != null && row.inLine + count > row.most) throw lineFull(row.name, row.most)
}

const lineFull = (name: string, most: number) =>
  new UserError(
    `The line of ${name} is full: it takes ${most.toLocaleString('en')} requests. Try again in a moment.`,
    { code: 'TOO_MANY_REQUESTS' },
  )
