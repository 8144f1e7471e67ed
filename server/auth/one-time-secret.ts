import { database } from '../db/client'
import type { Role } from './roles'
import { hashSecret, newSecret } from './secrets'

export type Purpose = 'setup' | 'join-node' | `invite:${string}:${Role}`

const PREFIX = { setup: 'setup', 'join-node': 'join', invite: 'invite' } as const

/** Stores the hash of a new secret that works once; answers the secret, which is shown this one time. */
export async function issueOneTimeSecret(
  purpose: Purpose,
  validForMs: number,
): Promise<{ secret: string; expiresAt: Date }> {
  const kind = purpose.split(':')[0] as keyof typeof PREFIX
  const secret = newSecret(PREFIX[kind])
  const expiresAt = new Date(Date.now() + validForMs)
  await database().prisma.oneTimeSecret.create({ data: { purpose, hash: hashSecret(secret), expiresAt } })
  return { secret, expiresAt }
}

/** True while a link with this secret would still be accepted. */
export async function isOpenSecret(secret: string): Promise<{ purpose: string } | null> {
  return database().prisma.oneTimeSecret.findFirst({
    where: { hash: hashSecret(secret), usedAt: null, expiresAt: { gt: new Date() } },
    select: { purpose: true },
  })
}
