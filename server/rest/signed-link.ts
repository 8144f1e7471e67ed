import { createHmac, timingSafeEqual } from 'node:crypto'
import { env } from '../env'

/** As long as OpenAI's own links last. */
const VALID_MS = 3600_000

const sign = (id: string, expires: number): string =>
  createHmac('sha256', env().ALTO_SECRET).update(`result:${id}:${expires}`).digest('base64url')

/** A link to a result that needs no token, for an hour. */
export function signedLink(id: string): string {
  const expires = Date.now() + VALID_MS
  return `${env().ALTO_URL}/api/v1/requests/${id}/content?expires=${expires}&signature=${sign(id, expires)}`
}

/** True where the address of a request has a signature of ours that still counts. */
export function isSignedLink(id: string, address: string): boolean {
  const query = new URL(address).searchParams
  const expires = Number(query.get('expires'))
  const given = Buffer.from(query.get('signature') ?? '')
  if (!Number.isSafeInteger(expires) || expires < Date.now()) return false
  const expected = Buffer.from(sign(id, expires))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
