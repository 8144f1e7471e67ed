import { z } from 'zod'
import { remainingMs } from '@/engine/serving/remaining'
import { database } from '../db/client'
import { type LoadedServing, loadServing } from '../db/serving-snapshot'
import { readStoredQuote, storedQuote } from '../serving/stored-quote'

export const requestRow = z.object({
  id: z.string(),
  deploymentId: z.string(),
  deploymentName: z.string(),
  projectId: z.string(),
  projectName: z.string(),
  createdBy: z.string().nullable(),
  groupId: z.string(),
  kind: z.enum(['image', 'video']),
  /** `null` where it belongs to a project that the person may not see. */
  prompt: z.string().nullable(),
  width: z.number(),
  height: z.number(),
  frames: z.number(),
  steps: z.number(),
  seed: z.number(),
  guidance: z.number().nullable(),
  state: z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
  /** What it does or needs next. */
  stage: z.enum(['encode', 'denoise', 'decode']),
  stepsDone: z.number(),
  /** GPUs of its running or last interval, leader first: where it is. */
  gpuIds: z.array(z.string()),
  pauses: z.number(),
  attempt: z.number(),
  weight: z.number(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  deadlineAt: z.date(),
  /** `null` while that is open. */
  onTime: z.boolean().nullable(),
  /** Of a live one, now: work left at its present degree, and deadline − now − that work; negative is late. */
  workLeftMs: z.number().nullable(),
  slackMs: z.number().nullable(),
  /** Why it waits, or what it does. */
  sentence: z.string().nullable(),
  error: z.string().nullable(),
  parkedBytes: z.number().nullable(),
  quote: storedQuote.nullable(),
  /** Below /api/v1; the preview is that of the newest step. */
  previewUrl: z.string().nullable(),
  previewStep: z.number().nullable(),
  resultUrl: z.string().nullable(),
  resultType: z.string().nullable(),
  resultBytes: z.number().nullable(),
})

export type RequestRow = z.infer<typeof requestRow>

type Stored = Omit<RequestRow, 'onTime' | 'workLeftMs' | 'slackMs' | 'quote' | 'previewUrl' | 'resultUrl'> & {
  quote: unknown
  previewPath: string | null
  resultPath: string | null
}

const COLUMNS = `r."id", r."deploymentId", j."name" AS "deploymentName", r."projectId", p."name" AS "projectName",
  u."name" AS "createdBy", r."groupId", r."kind", r."prompt", r."width", r."height", r."frames", r."steps", r."seed",
  r."guidance", r."state"::text AS "state", r."stage", r."stepsDone", r."gpuIds", r."pauses", r."attempt", r."weight",
  r."createdAt", r."startedAt", r."endedAt", r."deadlineAt", r."sentence", r."error", r."parkedBytes", r."quote",
  r."previewPath", r."previewStep", r."resultPath", r."resultType", r."resultBytes"`

const FROM = `"Request" r JOIN "Job" j ON j."id" = r."deploymentId" JOIN "Project" p ON p."id" = r."projectId"
  LEFT JOIN "User" u ON u."id" = r."createdById"`

export interface RequestFilter {
  /** Projects that the person may see. */
  projectIds: readonly string[]
  deploymentId?: string | undefined
  projectId?: string | undefined
  groupId?: string | undefined
  kind?: 'image' | 'video' | undefined
  states?: readonly string[] | undefined
  onTime?: boolean | undefined
  search?: string | undefined
  order: 'newest' | 'slack'
  limit: number
  offset: number
}

/**
 * Requests of these projects and of deployments of these projects. Those of foreign projects stand in the line, without
 * their words.
 */
export async function loadRequests(filter: RequestFilter): Promise<{ rows: RequestRow[]; total: number }> {
  const { pool } = database()
  const conditions = `(r."projectId" = ANY($1) OR j."projectId" = ANY($1)) AND ($2::text IS NULL OR r."deploymentId" = $2)
    AND ($3::text IS NULL OR r."projectId" = $3) AND ($4::text IS NULL OR r."kind" = $4)
    AND ($5::text[] IS NULL OR r."state"::text = ANY($5)) AND ($6::text IS NULL OR r."groupId" = $6)
    AND ($7::text IS NULL OR r."id" = $7 OR r."projectId" = ANY($1) AND position(lower($7) in lower(r."prompt")) > 0)
    AND ($8::boolean IS NULL OR $8 = (r."state" = 'done' AND r."endedAt" <= r."deadlineAt")
      AND (r."endedAt" IS NOT NULL OR r."deadlineAt" <= now()) AND r."state" <> 'cancelled')`
  const values = [
    filter.projectIds,
    filter.deploymentId ?? null,
    filter.projectId ?? null,
    filter.kind ?? null,
    filter.states ?? null,
    filter.groupId ?? null,
    filter.search ?? null,
    filter.onTime ?? null,
  ]
  const order = filter.order === 'slack' ? 'r."deadlineAt", r."id"' : 'r."createdAt" DESC, r."id" DESC'
  const [page, count] = await Promise.all([
    pool.query<Stored>(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE ${conditions} ORDER BY ${order} LIMIT $9 OFFSET $10`,
      [...values, filter.limit, filter.offset],
    ),
    pool.query<{ total: number }>(`SELECT count(*) AS "total" FROM ${FROM} WHERE ${conditions}`, values),
  ])
  const now = Date.now()
  const serving = await servingOf(page.rows, now)
  const rows = page.rows.map((row) =>
    toRow(row, serving.get(row.deploymentId), now, filter.projectIds.includes(row.projectId)),
  )
  if (filter.order === 'slack') rows.sort((a, b) => (a.slackMs ?? Infinity) - (b.slackMs ?? Infinity))
  return { rows, total: count.rows[0]?.total ?? 0 }
}

export async function loadRequest(id: string): Promise<RequestRow | null> {
  const { rows } = await database().pool.query<Stored>(`SELECT ${COLUMNS} FROM ${FROM} WHERE r."id" = $1`, [
    id,
  ])
  const row = rows[0]
  if (!row) return null
  const now = Date.now()
  return toRow(row, (await servingOf([row], now)).get(row.deploymentId), now, true)
}

const isLive = (row: Pick<Stored, 'state'>) =>
  row.state === 'queued' || row.state === 'running' || row.state === 'paused'

/** The deployments of live rows, for slack. */
async function servingOf(rows: readonly Stored[], now: number): Promise<Map<string, LoadedServing>> {
  const ids = [...new Set(rows.filter(isLive).map((row) => row.deploymentId))]
  const loaded = await Promise.all(ids.map((id) => loadServing(database().pool, id, now)))
  return new Map(loaded.flatMap((one) => (one ? [[one.deployment.id, one] as const] : [])))
}

function toRow(row: Stored, serving: LoadedServing | undefined, now: number, mayRead: boolean): RequestRow {
  const { previewPath, resultPath, quote, ...rest } = row
  const workLeftMs = isLive(row) ? workLeft(row.id, serving, now) : null
  return {
    ...rest,
    prompt: mayRead ? row.prompt : null,
    onTime: onTimeOf(row, now),
    workLeftMs,
    slackMs: workLeftMs === null ? null : row.deadlineAt.getTime() - now - workLeftMs,
    quote: readStoredQuote(quote),
    previewUrl: mayRead && previewPath ? `/requests/${row.id}/preview` : null,
    resultUrl: mayRead && resultPath ? `/requests/${row.id}/content` : null,
  }
}

function onTimeOf(row: Stored, now: number): boolean | null {
  if (row.state === 'done') return row.endedAt! <= row.deadlineAt
  if (row.state === 'cancelled') return null
  if (row.state === 'failed') return false
  return row.deadlineAt.getTime() < now ? false : null
}

/** At the degree of its last interval, the running step counted to its end. */
function workLeft(id: string, serving: LoadedServing | undefined, now: number): number | null {
  const request = serving?.snapshot.requests.find((one) => one.id === id)
  if (!request) return null
  const { modes, base } = request.shape
  const mode = modes.find((one) => one.batch === base.batch && one.sp === request.gpus.length) ?? base
  const underWay = request.busyUntilMs === undefined ? 0 : request.busyUntilMs - now
  return underWay + remainingMs(request, mode, now)
}
