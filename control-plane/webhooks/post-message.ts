import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './is-public-address'

const TIMEOUT_MS = 10_000

/** A target that no retry can mend. */
export class ForbiddenTarget extends Error {}

/**
 * Posts `body` once and answers the status. The name is resolved once and the connection goes to that very address, so
 * that a name cannot mean another machine between the check and the call. Redirects are not followed.
 *
 * @throws {ForbiddenTarget} for an address that is not public, unless `allowPrivate`
 */
export async function postMessage(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowPrivate: boolean,
): Promise<number> {
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ForbiddenTarget('Only http and https are called.')
  const pinned = await resolve(url.hostname, allowPrivate)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const answerPinned: LookupFunction = (_host, options, callback) => {
    if (options.all) callback(null, [pinned])
    else callback(null, pinned.address, pinned.family)
  }
  return new Promise((fulfil, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        agent: false,
        lookup: answerPinned,
        timeout: TIMEOUT_MS,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'alto-webhook',
        },
      },
      (response) => {
        fulfil(response.statusCode ?? 0)
        response.destroy()
      },
    )
    request.on('timeout', () => request.destroy(new Error('It did not answer within ten seconds.')))
    request.on('error', reject)
    request.end(body)
  })
}

async function resolve(
  hostname: string,
  allowPrivate: boolean,
): Promise<{ address: string; family: number }> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const found = family > 0 ? [{ address: host, family }] : await lookup(host, { all: true })
  const isForbidden = found.length === 0 || found.some((one) => !isPublicAddress(one.address))
  if (isForbidden && !allowPrivate)
    throw new ForbiddenTarget(
      `${host} is not a public address. Only an operator can allow such targets, with ALTO_WEBHOOK_PRIVATE_TARGETS.`,
    )
  return found[0]!
}
