import { database } from '../db/client'
import type { Role } from './roles'
import { hashSecret, newSecret } from './secrets'

export interface NewToken {
  userId: string
  name: string
  role: Role
  expiresAt: Date | null
}

/** Makes an API token; the secret is answered this one time, only its hash is stored. */
export async function issueToken(token: NewToken): Promise<{ id: string; secret: string; prefix: string }> {
  const secret = newSecret('alto')
  const prefix = secret.slice(0, 10)
  const row = await database().prisma.apiToken.create({
    data: { ...token, prefix, hash: hashSecret(secret) },
  })
  return { id: row.id, secret, prefix }
}
