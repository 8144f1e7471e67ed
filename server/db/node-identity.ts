import { createHash, randomBytes } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'

/** Only this of a token is stored. */
export const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

export const newIdentityToken = () => `node_${randomBytes(32).toString('base64url')}`

/**
 * The node whose identity this token is, locked; `null` where it is nobody's. A token that was issued and comes for the
 * first time takes the place of the one before, which is refused from then on.
 */
export async function identify(
  client: PoolClient,
  token: string,
): Promise<{ nodeId: string; name: string; expired: boolean } | null> {
  await client.query(
    `UPDATE "Node" SET "identityHash" = "nextIdentityHash", "identityUntil" = "nextIdentityUntil",
       "nextIdentityHash" = NULL, "nextIdentityUntil" = NULL WHERE "nextIdentityHash" = $1`,
    [hashOf(token)],
  )
  const { rows } = await client.query<{ nodeId: string; name: string; expired: boolean }>(
    `SELECT "id" AS "nodeId", "name", "identityUntil" <= now() AS "expired" FROM "Node" WHERE "identityHash" = $1
     FOR UPDATE`,
    [hashOf(token)],
  )
  return rows[0] ?? null
}

/** An invitation that may still be used, locked, and the name of the node that it was given to, if to any yet. */
export async function openInvitation(
  client: PoolClient,
  token: string,
): Promise<{ id: string; name: string | null } | null> {
  const { rows } = await client.query<{ id: string; name: string | null }>(
    `SELECT s."id", n."name" FROM "OneTimeSecret" s LEFT JOIN "Node" n ON n."id" = s."nodeId"
     WHERE s."hash" = $1 AND s."purpose" = 'join-node' AND s."usedAt" IS NULL AND s."expiresAt" > now()
       AND (s."nodeId" IS NULL OR n."id" IS NOT NULL)
     FOR UPDATE OF s`,
    [hashOf(token)],
  )
  return rows[0] ?? null
}

/** The node has its identity on its disk: what let it in opens nothing any more. */
export async function spendInvitations(client: Pool | PoolClient, nodeId: string): Promise<void> {
  await client.query('UPDATE "OneTimeSecret" SET "usedAt" = now() WHERE "nodeId" = $1 AND "usedAt" IS NULL', [
    nodeId,
  ])
}

/**
 * A new identity for a node whose present one has less than half of its life left, else `null`. Both are good until the
 * node has said that the new one is stored, or has signed in with it.
 */
export async function renewIdentity(pool: Pool, nodeId: string, seconds: number): Promise<string | null> {
  const token = newIdentityToken()
  const { rowCount } = await pool.query(
    `UPDATE "Node" SET "nextIdentityHash" = $2, "nextIdentityUntil" = now() + make_interval(secs => $3)
     WHERE "id" = $1 AND "identityUntil" < now() + make_interval(secs => $3 / 2.0)`,
    [nodeId, hashOf(token), seconds],
  )
  return rowCount ? token : null
}

/** The node has the new identity on its disk: the one before is refused from now on. */
export async function confirmIdentity(pool: Pool, nodeId: string): Promise<void> {
  await pool.query(
    `UPDATE "Node" SET "identityHash" = "nextIdentityHash", "identityUntil" = "nextIdentityUntil",
       "nextIdentityHash" = NULL, "nextIdentityUntil" = NULL WHERE "id" = $1 AND "nextIdentityHash" IS NOT NULL`,
    [nodeId],
  )
}

/** What tokens of attempts are made with: the same for every control plane of this database. */
export async function readAttemptKey(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ attemptKey: string }>(
    'SELECT "attemptKey" FROM "Cluster" ORDER BY "createdAt" LIMIT 1',
  )
  return rows[0]!.attemptKey
}
