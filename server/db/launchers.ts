import { createHash, randomBytes } from 'node:crypto'
import { nanoid } from 'nanoid'
import type { Pool } from 'pg'

/** What the database knows of the node of a launched agent. */
export interface LaunchedNode {
  name: string
  busy: boolean
  idleSeconds: number
  gpus: number
}

export interface LauncherRow {
  name: string
  kind: string
  min: number
  max: number
  wanted: number
  why: string
  agents: readonly { id: string; name: string; state: string; where: string | null }[]
  error: string | null
}

/** Keeps one row for each configured launcher; what people asked for stays. */
export async function storeLaunchers(
  pool: Pool,
  launchers: readonly Pick<LauncherRow, 'name' | 'kind' | 'min' | 'max'>[],
) {
  await pool.query('DELETE FROM "Launcher" WHERE NOT ("name" = ANY($1))', [launchers.map(({ name }) => name)])
  for (const { name, kind, min, max } of launchers)
    await pool.query(
      `INSERT INTO "Launcher" ("name", "kind", "min", "max") VALUES ($1, $2, $3, $4)
       ON CONFLICT ("name") DO UPDATE SET "kind" = excluded."kind", "min" = excluded."min", "max" = excluded."max"`,
      [name, kind, min, max],
    )
}

/** How many agents a person asked for; `null`: as the queue needs. */
export async function askedOf(pool: Pool, launcher: string): Promise<number | null> {
  const { rows } = await pool.query<{ asked: number | null }>(
    'SELECT "asked" FROM "Launcher" WHERE "name" = $1',
    [launcher],
  )
  return rows[0]?.asked ?? null
}

export async function storeLook(
  pool: Pool,
  row: Pick<LauncherRow, 'name' | 'wanted' | 'why' | 'agents' | 'error'>,
) {
  await pool.query(
    `UPDATE "Launcher" SET "wanted" = $2, "why" = $3, "agents" = $4, "error" = $5, "updatedAt" = now() WHERE "name" = $1`,
    [row.name, row.wanted, row.why, JSON.stringify(row.agents), row.error],
  )
}

/** GPUs that waiting sweeps ask for, and GPUs of open, living nodes that no executor holds. */
export async function queueOf(pool: Pool): Promise<{ waitingGpus: number; freeGpus: number }> {
  const { rows } = await pool.query<{ waitingGpus: number; freeGpus: number }>(
    `SELECT (SELECT coalesce(sum("gpus"), 0) FROM "Job" WHERE "state" = 'waiting') AS "waitingGpus",
       (SELECT count(*) FROM "Gpu" g JOIN "Node" n ON n."id" = g."nodeId"
        WHERE n."state" = 'alive' AND n."scheduling" = 'open' AND NOT EXISTS (
          SELECT 1 FROM "Executor" e WHERE e."state" <> 'ended' AND g."id" = ANY(e."gpuIds"))) AS "freeGpus"`,
  )
  return rows[0]!
}

/** Nodes of these names that are there, with how long nothing has run on them. */
export async function launchedNodes(pool: Pool, names: readonly string[]): Promise<LaunchedNode[]> {
  const { rows } = await pool.query<LaunchedNode>(
    `SELECT n."name",
       EXISTS (SELECT 1 FROM "Executor" e WHERE e."nodeId" = n."id" AND e."state" <> 'ended') AS "busy",
       extract(epoch FROM now() - coalesce((SELECT max(e."endedAt") FROM "Executor" e WHERE e."nodeId" = n."id"),
         n."createdAt"))::float8 AS "idleSeconds",
       (SELECT count(*) FROM "Gpu" g WHERE g."nodeId" = n."id") AS "gpus"
     FROM "Node" n WHERE n."name" = ANY($1) AND n."state" = 'alive'`,
    [names],
  )
  return rows
}

/** A secret that one agent joins with. */
export async function issueJoinToken(pool: Pool, validSeconds: number): Promise<string> {
  const secret = `join_${randomBytes(32).toString('base64url')}`
  await pool.query(
    `INSERT INTO "OneTimeSecret" ("id", "purpose", "hash", "expiresAt")
     VALUES ($1, 'join-node', $2, now() + make_interval(secs => $3))`,
    [nanoid(12), createHash('sha256').update(secret).digest('hex'), validSeconds],
  )
  return secret
}
