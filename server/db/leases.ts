import type { Pool, PoolClient } from 'pg'

export const runSubject = (runId: string) => `run:${runId}`
export const sweepSubject = (sweepId: string) => `sweep:${sweepId}`

/** How long a GPU lease of a sweep lasts between two renewals by the leader. */
const SWEEP_LEASE_SECONDS = 3600

/**
 * Leases a run to a node under the next epoch. The row of the run is updated first, so two leaders cannot grant the
 * same epoch; every write under an older one is refused from this commit on.
 *
 * @returns the attempt's number and epoch, or `null` where the run still has a live attempt
 */
export async function grantRun(
  client: PoolClient,
  grant: { runId: string; nodeId: string; executorId: string; gpuIds: readonly string[]; seconds: number },
): Promise<{ attempt: number; epoch: number } | null> {
  const { rows } = await client.query<{ attempt: number; epoch: number }>(
    `WITH granted AS (
       UPDATE "Run" SET "epoch" = "epoch" + 1
       WHERE "id" = $1 AND NOT EXISTS (
         SELECT 1 FROM "Attempt" WHERE "runId" = $1 AND "state" IN ('starting', 'running', 'ending'))
       RETURNING "id", "epoch", "step"
     ), lease AS (
       INSERT INTO "Lease" ("subject", "epoch", "nodeId", "gpuIds", "expiresAt")
       SELECT 'run:' || "id", "epoch", $2, $4, now() + make_interval(secs => $5) FROM granted
       ON CONFLICT ("subject") DO UPDATE SET "epoch" = excluded."epoch", "nodeId" = excluded."nodeId",
         "gpuIds" = excluded."gpuIds", "grantedAt" = now(), "expiresAt" = excluded."expiresAt"
     )
     INSERT INTO "Attempt" ("runId", "number", "epoch", "nodeId", "executorId", "fromStep")
     SELECT "id", (SELECT coalesce(max("number"), 0) + 1 FROM "Attempt" WHERE "runId" = $1), "epoch", $2, $3,
       coalesce((SELECT "step" FROM "Checkpoint" c WHERE c."runId" = $1 AND c."deletedAt" IS NULL
         AND c."purpose" IN ('parked', 'periodic') ORDER BY "step" DESC LIMIT 1), 0)
     FROM granted RETURNING "number" AS "attempt", "epoch"`,
    [grant.runId, grant.nodeId, grant.executorId, grant.gpuIds, grant.seconds],
  )
  return rows[0] ?? null
}

/** Leases GPUs to a sweep, or changes which ones. */
export async function grantSweep(
  client: PoolClient,
  sweepId: string,
  gpuIds: readonly string[],
): Promise<number> {
  const { rows } = await client.query<{ epoch: number }>(
    `INSERT INTO "Lease" ("subject", "epoch", "gpuIds", "expiresAt")
     VALUES ($1, 1, $2, now() + make_interval(secs => $3))
     ON CONFLICT ("subject") DO UPDATE SET "epoch" = "Lease"."epoch" + 1, "gpuIds" = excluded."gpuIds",
       "grantedAt" = now(), "expiresAt" = excluded."expiresAt"
     RETURNING "epoch"`,
    [sweepSubject(sweepId), gpuIds, SWEEP_LEASE_SECONDS],
  )
  return rows[0]!.epoch
}

/** Ends leases: what they covered may be granted again. */
export async function release(client: PoolClient, subjects: readonly string[]): Promise<void> {
  if (subjects.length > 0) await client.query('DELETE FROM "Lease" WHERE "subject" = ANY($1)', [subjects])
}

export interface LeasedAttempt {
  runId: string
  attempt: number
  epoch: number
}

/**
 * Attempts that each of these nodes may go on with, after their leases were extended to `seconds` from now. A lease that
 * is being changed at this moment is left for the next heartbeat, so a heartbeat never waits and never blocks.
 */
export async function renewNodes(
  pool: Pool,
  nodeIds: readonly string[],
  seconds: number,
): Promise<Map<string, LeasedAttempt[]>> {
  const { rows } = await pool.query<LeasedAttempt & { nodeId: string }>(
    `WITH live AS (
       SELECT l."subject", a."nodeId", a."runId", a."number", a."epoch" FROM "Attempt" a
       JOIN "Lease" l ON l."subject" = 'run:' || a."runId" AND l."epoch" = a."epoch" AND l."nodeId" = a."nodeId"
       WHERE a."nodeId" = ANY($1) AND a."state" IN ('starting', 'running', 'ending') AND l."expiresAt" > now()
       FOR UPDATE OF l SKIP LOCKED)
     UPDATE "Lease" l SET "expiresAt" = now() + make_interval(secs => $2) FROM live
     WHERE l."subject" = live."subject"
     RETURNING live."nodeId", live."runId", live."number" AS "attempt", live."epoch"`,
    [nodeIds, seconds],
  )
  const byNode = new Map<string, LeasedAttempt[]>()
  for (const { nodeId, ...attempt } of rows) byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), attempt])
  return byNode
}

/** Sweeps keep their GPUs while the leader lives. */
export async function renewSweeps(pool: Pool): Promise<void> {
  await pool.query(
    `UPDATE "Lease" SET "expiresAt" = now() + make_interval(secs => $1)
     WHERE "subject" LIKE 'sweep:%' AND "expiresAt" < now() + make_interval(secs => $1 / 2.0)`,
    [SWEEP_LEASE_SECONDS],
  )
}
