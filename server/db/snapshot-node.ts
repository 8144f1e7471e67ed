import type { Pool } from 'pg'
import type { SweepSpec } from '../../contracts/sweep-spec'
import type { Value } from '../../engine/search/space'

/** An attempt that a node should know of. */
export interface OwnAttempt {
  runId: string
  attempt: number
  epoch: number
  state: 'starting' | 'running' | 'ending'
  executorId: string
  executorState: string
  sweepId: string
  params: Record<string, Value>
  spec: SweepSpec
  dataset: string
  epochs: number | null
  /** Folder of the newest state that the run may go on from. */
  restore: string | null
}

export interface OwnExecutor {
  id: string
  state: 'starting' | 'ready' | 'ending'
  model: string
  slots: number
  maxLength: number
  devices: number[]
  /** What to load, where it is an executor of a deployment. */
  deployment: {
    imageModel: string | null
    videoModel: string | null
    abilities: unknown
    isProfiled: boolean
  } | null
  /** Where its GPUs lie on several nodes: what of it is here. `meeting` is known once rank 0 has its place. */
  part: {
    firstRank: number
    ranks: number
    near: number
    meeting: string | null
    leads: boolean
    leaderState: string
  } | null
  /** Another executor on one of its GPUs has not ended: it must, before this one may start. */
  blocked: boolean
}

/** What a node should be doing now, as committed: the one source of the commands to it. */
export async function nodeWork(
  pool: Pool,
  nodeId: string,
): Promise<{ attempts: OwnAttempt[]; executors: OwnExecutor[] }> {
  const attempts = await pool.query<OwnAttempt>(
    `SELECT a."runId", a."number" AS "attempt", a."epoch", a."state"::text AS "state", a."executorId",
       e."state" AS "executorState", r."sweepId", r."params", s."spec", s."dataset", s."epochs",
       (SELECT c."path" FROM "Checkpoint" c WHERE c."runId" = r."id" AND c."deletedAt" IS NULL
         ORDER BY c."step" DESC, c."attempt" DESC LIMIT 1) AS "restore"
     FROM "Attempt" a JOIN "Run" r ON r."id" = a."runId" JOIN "Sweep" s ON s."jobId" = r."sweepId"
     JOIN "Executor" e ON e."id" = a."executorId"
     WHERE a."nodeId" = $1 AND a."state" IN ('starting', 'running', 'ending') ORDER BY a."startedAt", r."number"`,
    [nodeId],
  )
  const executors = await pool.query<OwnExecutor>(
    `SELECT e."id", e."state", e."model", e."slots", e."maxLength",
       (SELECT array_agg(g."index" ORDER BY g."index") FROM "Gpu" g WHERE g."id" = ANY(e."gpuIds")
         AND g."nodeId" = e."nodeId") AS "devices",
       CASE WHEN l."id" <> e."id" OR EXISTS (SELECT 1 FROM "Executor" p WHERE p."leaderId" = e."id")
         THEN jsonb_build_object('firstRank', array_position(l."gpuIds", e."gpuIds"[1]) - 1,
           'ranks', cardinality(l."gpuIds"), 'near', (SELECT count(*) FROM "Gpu" g WHERE g."id" = ANY(l."gpuIds")
             AND g."nodeId" = l."nodeId"), 'meeting', l."meeting", 'leads', l."id" = e."id",
           'leaderState', l."state") END AS "part",
       EXISTS (SELECT 1 FROM "Executor" o WHERE o."nodeId" = e."nodeId" AND o."id" <> e."id" AND o."state" = 'ending'
         AND o."gpuIds" && e."gpuIds") AS "blocked",
       CASE WHEN e."kind" = 'diffusion' THEN jsonb_build_object('imageModel', d."imageModel", 'videoModel',
         d."videoModel", 'abilities', d."abilities", 'isProfiled',
         EXISTS (SELECT 1 FROM "ProfileEntry" p WHERE p."deploymentId" = d."jobId")) END AS "deployment"
     FROM "Executor" e JOIN "Executor" l ON l."id" = coalesce(e."leaderId", e."id")
     LEFT JOIN "Deployment" d ON d."jobId" = e."jobId" WHERE e."nodeId" = $1 AND e."state" <> 'ended' ORDER BY e."startedAt", e."id"`,
    [nodeId],
  )
  return { attempts: attempts.rows, executors: executors.rows }
}
