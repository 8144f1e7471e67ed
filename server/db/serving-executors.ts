import type { Pool } from 'pg'

/** An executor of a deployment that has not ended. Rank 0 is its first GPU. */
export interface DiffusionExecutor {
  id: string
  jobId: string
  nodeId: string
  state: 'starting' | 'ready' | 'ending'
  gpuIds: string[]
}

export async function diffusionExecutors(
  pool: Pool,
  deploymentIds: readonly string[],
): Promise<DiffusionExecutor[]> {
  const { rows } = await pool.query<DiffusionExecutor>(
    `SELECT "id", "jobId", "nodeId", "state", "gpuIds" FROM "Executor"
     WHERE "kind" = 'diffusion' AND "jobId" = ANY($1) AND "state" <> 'ended' ORDER BY "startedAt", "id"`,
    [deploymentIds],
  )
  return rows
}
