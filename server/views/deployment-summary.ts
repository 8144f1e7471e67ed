import { z } from 'zod'
import { deploymentSettings } from '@/contracts/deployment-spec'
import { abilities } from '@/contracts/pipeline-facts'
import { attainment } from '@/engine/serving/attainment'
import { database } from '../db/client'
import { holdView } from './sweep-summary'

export const attainmentView = z.object({
  onTime: z.number(),
  total: z.number(),
  /** `null` where nothing was promised. */
  share: z.number().nullable(),
  /** Wilson's 95% interval. */
  low: z.number().nullable(),
  high: z.number().nullable(),
})

export const probeView = z.object({
  state: z.enum(['running', 'done', 'failed']),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date().nullable(),
  message: z.string().nullable(),
})

export const deploymentSummary = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** `loading`: its executors load models or are probed; `ready`: requests run. */
  phase: z.enum(['waiting', 'loading', 'ready', 'stopping', 'ended']),
  error: z.string().nullable(),
  /** Why it waits for its GPUs. */
  hold: holdView.nullable(),
  imageModel: z.string().nullable(),
  videoModel: z.string().nullable(),
  gpuIds: z.array(z.string()),
  settings: deploymentSettings,
  /** Sizes, frames and steps that its models take; `null` for a kind that it has no model for. */
  abilities,
  probe: probeView.nullable(),
  createdBy: z.string().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  line: z.object({ queued: z.number(), running: z.number(), paused: z.number() }),
  /** Of requests decided in the last 24 hours. */
  lastDay: attainmentView,
})

export type DeploymentSummary = z.infer<typeof deploymentSummary>

interface Row
  extends Omit<
    DeploymentSummary,
    'phase' | 'line' | 'lastDay' | 'hold' | 'settings' | 'abilities' | 'probe'
  > {
  hold: unknown
  settings: unknown
  abilities: unknown
  probe: unknown
  executors: number
  readyExecutors: number
  isStopping: boolean
  queued: number
  running: number
  paused: number
  onTime: number
  total: number
}

/** SQL: the instant at which a request was decided, and whether it was on time; `null` while that is open. */
export const DECIDED_AT = `CASE
  WHEN r."state" = 'done' AND r."endedAt" <= r."deadlineAt" THEN r."endedAt"
  WHEN r."state" = 'failed' THEN least(r."endedAt", r."deadlineAt")
  WHEN r."state" = 'cancelled' THEN NULL
  WHEN r."deadlineAt" <= now() THEN r."deadlineAt" END`
export const ON_TIME = `(r."state" = 'done' AND r."endedAt" <= r."deadlineAt")`

const SELECT = `
  SELECT j."id", j."projectId", j."name", j."state"::text AS "state", j."error", j."hold", d."imageModel", d."videoModel",
    d."gpuIds", d."settings", d."abilities", d."probe", u."name" AS "createdBy", j."createdAt", j."startedAt", j."endedAt",
    (SELECT count(*) FROM "Executor" e WHERE e."jobId" = j."id" AND e."state" <> 'ended') AS "executors",
    (SELECT count(*) FROM "Executor" e WHERE e."jobId" = j."id" AND e."state" = 'ready') AS "readyExecutors",
    EXISTS (SELECT 1 FROM "Wish" w WHERE w."kind" = 'cancel' AND w."subject" = 'deployment:' || j."id"
      AND w."appliedAt" IS NULL) AS "isStopping",
    q.*, a.*
  FROM "Job" j JOIN "Deployment" d ON d."jobId" = j."id" LEFT JOIN "User" u ON u."id" = j."createdById"
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE r."state" = 'queued') AS "queued",
      count(*) FILTER (WHERE r."state" = 'running') AS "running",
      count(*) FILTER (WHERE r."state" = 'paused') AS "paused"
    FROM "Request" r WHERE r."deploymentId" = j."id" AND r."state" IN ('queued', 'running', 'paused')) q
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE ${ON_TIME}) AS "onTime", count(*) AS "total"
    FROM "Request" r WHERE r."deploymentId" = j."id" AND r."createdAt" > now() - interval '2 days'
      AND ${DECIDED_AT} > now() - interval '1 day') a`

function phaseOf(row: Row): DeploymentSummary['phase'] {
  if (row.state === 'waiting') return 'waiting'
  if (row.state !== 'running') return 'ended'
  if (row.isStopping) return 'stopping'
  return row.readyExecutors > 0 ? 'ready' : 'loading'
}

function toSummary(row: Row): DeploymentSummary {
  const {
    executors: _,
    readyExecutors: __,
    isStopping: ___,
    queued,
    running,
    paused,
    onTime,
    total,
    ...rest
  } = row
  return {
    ...rest,
    phase: phaseOf(row),
    hold: row.state === 'waiting' ? (holdView.safeParse(row.hold).data ?? null) : null,
    settings: deploymentSettings.parse(row.settings),
    abilities: abilities.safeParse(row.abilities).data ?? { image: null, video: null },
    probe: probeView.safeParse(row.probe).data ?? null,
    line: { queued, running, paused },
    lastDay: shareOf(onTime, total),
  }
}

/** Share on time with its interval, from counts. */
export function shareOf(onTime: number, total: number): z.infer<typeof attainmentView> {
  const outcome = (met: boolean) => ({ finishedMs: met ? 0 : null, deadlineMs: 0 })
  return attainment([
    ...Array.from({ length: onTime }, () => outcome(true)),
    ...Array.from({ length: total - onTime }, () => outcome(false)),
  ])
}

/** Deployments of these projects, newest first. */
export async function loadDeployments(
  projectIds: readonly string[],
  options: { states?: readonly string[]; limit: number },
): Promise<DeploymentSummary[]> {
  const { rows } = await database().pool.query<Row>(
    `${SELECT} WHERE j."projectId" = ANY($1) AND ($2::text[] IS NULL OR j."state"::text = ANY($2))
     ORDER BY j."createdAt" DESC, j."id" LIMIT $3`,
    [projectIds, options.states ?? null, options.limit],
  )
  return rows.map(toSummary)
}

export async function loadDeployment(id: string): Promise<DeploymentSummary | null> {
  const { rows } = await database().pool.query<Row>(`${SELECT} WHERE j."id" = $1`, [id])
  return rows[0] ? toSummary(rows[0]) : null
}
