import { RateLimiter } from '../auth/rate-limiter'
import { isForgedRequest } from '../auth/same-origin'
import { hashSecret } from '../auth/secrets'
import { env } from '../env'
import { refusal } from './answer-error'

/** Sweep files and drafts are small; data sets have an endpoint of their own. */
export const LARGEST_BODY_BYTES = 4 * 1024 * 1024

const holder = globalThis as typeof globalThis & {
  altoLimiters?: { known: RateLimiter; unknown: RateLimiter }
}

function limiters() {
  const perMinute = env().ALTO_REQUESTS_PER_MINUTE
  holder.altoLimiters ??= { known: new RateLimiter(perMinute), unknown: new RateLimiter(perMinute / 10) }
  return holder.altoLimiters
}

/** Whoever brings a secret is known by its hash, valid or not; others by their address. */
function waitFor(request: Request): number {
  const secret = request.headers.get('authorization') ?? request.headers.get('cookie')
  const { known, unknown } = limiters()
  if (secret) return known.take(hashSecret(secret), Date.now())
  return unknown.take(request.headers.get('x-forwarded-for') ?? 'no address', Date.now())
}

/**
 * What is looked at before anything else of a request to the API: that no other site's page sent it, and that its
 * caller has not asked too often.
 *
 * @returns the refusal, or `null` where it may go on
 */
export function refuseAtDoor(request: Request): Response | null {
  if (isForgedRequest(request)) return refusal(403, 'This request came from another site.')
  const seconds = waitFor(request)
  if (seconds === 0) return null
  const answer = refusal(429, `Too many requests. Try again in ${seconds} s.`)
  answer.headers.set('retry-after', String(seconds))
  return answer
}

/**
 * The whole body, or `null` where it is larger than the limit; what comes beyond it is not read, whatever the header
 * says.
 */
export async function readLimited(request: Request, limit = LARGEST_BODY_BYTES): Promise<Buffer | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null
  if (!request.body) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    bytes += value.byteLength
    if (bytes > limit) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
}
