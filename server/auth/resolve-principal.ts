import { database } from '../db/client'
import { auth } from './auth'
import type { Principal } from './principal'
import type { Role } from './roles'
import { hashSecret } from './secrets'

async function membershipsOf(userId: string): Promise<Map<string, Role>> {
  const rows = await database().prisma.membership.findMany({ where: { userId } })
  return new Map(rows.map((row) => [row.projectId, row.role]))
}

async function fromToken(secret: string, now: Date): Promise<Principal | null> {
  const { prisma } = database()
  const token = await prisma.apiToken.findUnique({
    where: { hash: hashSecret(secret) },
    include: { user: true },
  })
  if (!token || (token.expiresAt && token.expiresAt <= now)) return null
  // Once a minute is enough to see which tokens are in use.
  if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > 60_000)
    await prisma.apiToken.update({ where: { id: token.id }, data: { lastUsedAt: now } })
  return {
    userId: token.userId,
    name: token.user.name,
    email: token.user.email,
    isOwner: token.user.isOwner,
    via: 'token',
    ceiling: token.role,
    memberships: await membershipsOf(token.userId),
  }
}

/** The library says no more than that it failed; where the database is away, its own error tells so. */
async function sessionOf(headers: Headers) {
  try {
    return await auth().api.getSession({ headers })
  } catch (error) {
    await database().pool.query('SELECT 1')
    throw error
  }
}

/**
 * Who sent a request: an API token (`Authorization: Bearer`) or a session cookie. `null` for nobody; a token that is
 * wrong or has ended does not fall back to a cookie.
 */
export async function resolvePrincipal(headers: Headers): Promise<Principal | null> {
  const authorization = headers.get('authorization')
  if (authorization) {
    const [scheme, secret] = authorization.split(' ')
    return scheme?.toLowerCase() === 'bearer' && secret ? fromToken(secret, new Date()) : null
  }
  if (!headers.get('cookie')) return null
  const session = await sessionOf(headers)
  if (!session) return null
  return {
    userId: session.user.id,
    name: session.user.name,
    email: session.user.email,
    isOwner: session.user.isOwner === true,
    via: 'session',
    ceiling: 'admin',
    memberships: await membershipsOf(session.user.id),
  }
}
