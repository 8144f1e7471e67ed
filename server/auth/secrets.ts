import { createHash, randomBytes } from 'node:crypto'

/** SHA-256 in hex: what is stored of tokens and one-time secrets. They are random, so no salt is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** 32 random bytes as text, after a prefix that tells people and secret scanners what it is. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`
}
