import { env } from '../env'

/**
 * Refuses what another site's page sends with a person's cookie. Requests with an API token carry no cookie and come
 * from programs; requests that only read change nothing.
 */
export function isForgedRequest(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return false
  if (request.headers.get('authorization')) return false
  const site = request.headers.get('sec-fetch-site')
  if (site) return site !== 'same-origin' && site !== 'none'
  const origin = request.headers.get('origin')
  if (!origin) return false
  return origin !== new URL(env().ALTO_URL).origin && new URL(origin).host !== request.headers.get('host')
}
