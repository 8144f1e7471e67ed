import type { Pool, PoolClient } from 'pg'
import { type DeploymentSettings, deploymentSettings } from '../../contracts/deployment-spec'
import type { RequestState } from '../../engine/model/request-states'
import type { ServingSettings } from '../../engine/serving/settings'
import type { Stage } from '../../engine/serving/snapshot'

/** A deployment as rounds and quotes need it. */
export interface DeploymentRow {
  id: string
  projectId: string
  name: string
  state: string
  imageModel: string | null
  videoModel: string | null
  /** In the order in which the engine numbers them. */
  gpuIds: string[]
  /** Node of each. */
  nodeIds: string[]
  settings: DeploymentSettings
  switchMs: number
  resumeMs: number
}

/** A request that has not ended. Times are Unix milliseconds. */
export interface LiveRequestRow {
  id: string
  deploymentId: string
  projectId: string
  kind: 'image' | 'video'
  prompt: string
  width: number
  height: number
  frames: number
  steps: number
  seed: number
  guidance: number | null
  state: RequestState
  stage: Stage
  stepsDone: number
  deadlineMs: number
  arrivalMs: number
  lastEndMs: number | null
  gpuIds: string[]
  /** The executor that holds its state in memory. */
  heldBy: string | null
  pauses: number
  attempt: number
  parkedPath: string | null
  parkedStep: number | null
  parkedStage: Stage | null
  isCancelled: boolean
  /** Bars of its waterfall so far. */
  segments: number
}

const MS = (column: string) => `extract(epoch FROM ${column}) * 1000`

const LIVE_COLUMNS = `"id", "deploymentId", "projectId", "kind", "prompt", "width", "height", "frames", "steps", "seed", "guidance",
  "state"::text AS "state", "stage", "stepsDone", ${MS('"deadlineAt"')}::float8 AS "deadlineMs",
  ${MS('"createdAt"')}::float8 AS "arrivalMs", ${MS('"lastEndAt"')}::float8 AS "lastEndMs", "gpuIds", "heldBy", "pauses",
  "attempt", "parkedPath", "parkedStep", "parkedStage", "cancelledAt" IS NOT NULL AS "isCancelled",
  (SELECT count(*) FROM "RequestSegment" s WHERE s."requestId" = r."id") AS "segments"`

/** Deployments that wait or run; of one where it is named, whatever its state. */
export async function deploymentRows(client: Pool | PoolClient, id?: string): Promise<DeploymentRow[]> {
  const { rows } = await client.query<Omit<DeploymentRow, 'settings'> & { settings: unknown }>(
    `SELECT j."id", j."projectId", j."name", j."state"::text AS "state", d."imageModel", d."videoModel", d."gpuIds",
       (SELECT array_agg(coalesce(g."nodeId", '') ORDER BY u."place") FROM unnest(d."gpuIds") WITH ORDINALITY u("id", "place")
         LEFT JOIN "Gpu" g ON g."id" = u."id") AS "nodeIds",
       d."settings", d."switchMs", d."resumeMs"
     FROM "Deployment" d JOIN "Job" j ON j."id" = d."jobId"
     WHERE $1::text IS NULL AND j."state" IN ('waiting', 'running') OR j."id" = $1 ORDER BY j."createdAt", j."id"`,
    [id ?? null],
  )
  return rows.map((row) => ({ ...row, settings: deploymentSettings.parse(row.settings) }))
}

/** Requests of deployments that have not ended, in order of arrival. */
export async function liveRequestRows(
  client: Pool | PoolClient,
  deploymentIds: readonly string[],
): Promise<LiveRequestRow[]> {
  const { rows } = await client.query<LiveRequestRow>(
    `SELECT ${LIVE_COLUMNS}
     FROM "Request" r WHERE "deploymentId" = ANY($1) AND "state" IN ('queued', 'running', 'paused')
     ORDER BY "createdAt", "id"`,
    [deploymentIds],
  )
  return rows
}

/** One request, whatever its state, and whether it was on time. */
export async function requestRow(
  client: Pool | PoolClient,
  id: string,
): Promise<(LiveRequestRow & { onTime: boolean }) | undefined> {
  const { rows } = await client.query<LiveRequestRow & { onTime: boolean }>(
    `SELECT ${LIVE_COLUMNS}, ("state" = 'done' AND "endedAt" <= "deadlineAt") AS "onTime" FROM "Request" r WHERE "id" = $1`,
    [id],
  )
  return rows[0]
}

/** What arrived last, oldest first: look-ahead learns from it. */
export async function recentArrivals(
  client: Pool | PoolClient,
  deploymentId: string,
  limit: number,
): Promise<
  Pick<
    LiveRequestRow,
    'kind' | 'width' | 'height' | 'frames' | 'steps' | 'projectId' | 'arrivalMs' | 'deadlineMs'
  >[]
> {
  const { rows } = await client.query<LiveRequestRow>(
    `SELECT "kind", "width", "height", "frames", "steps", "projectId", ${MS('"createdAt"')}::float8 AS "arrivalMs",
       ${MS('"deadlineAt"')}::float8 AS "deadlineMs"
     FROM "Request" WHERE "deploymentId" = $1 ORDER BY "createdAt" DESC, "id" DESC LIMIT $2`,
    [deploymentId, limit],
  )
  return rows.reverse()
}

/** How much the deadline of a request counts: its class's weight times its project's. */
export function weightOf(
  settings: DeploymentSettings,
  request: { kind: 'image' | 'video'; projectId: string },
): number {
  return settings.weights[request.kind] * (settings.projectWeights[request.projectId] ?? 1)
}

/** The settings of a person as the engine has them. */
export function engineSettings(settings: DeploymentSettings, historyLength: number): ServingSettings {
  return {
    historyLength,
    starvationMs: settings.starvationMs ?? Number.POSITIVE_INFINITY,
    lateGpus: settings.lateGpus,
    mostInLine: settings.mostInLine,
  }
}
