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
): Promise<{ nodeId: string; expired: boolean } | null> {
  await client.query(
    `UPDATE "Node" SET "identityHash" = "nextIdentityHash", "identityUntil" = "nextIdentityUntil",
       "nextIdentityHash" = NULL, "nextIdentityUntil" = NULL WHERE "nextIdentityHash" = $1`,
    [hashOf(token)],
  )
  const { rows } = await client.query<{ nodeId: string; expired: boolean }>(
    `SELECT "id" AS "nodeId", "identityUntil" <= now() AS "expired" FROM "Node" WHERE "identityHash" = $1
     FOR UPDATE`,
    [hashOf(token)],
  )
  return rows[0] ?? null
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
