import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

const current = new AsyncLocalStorage<string>()

/** Id of the request that is being answered here; none outside of one. */
export const requestId = (): string | undefined => current.getStore()

/** The caller's id where it is plain text, so that it can be found in both sides' logs; else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id')
  return given && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

export const withRequestId = <T>(id: string, work: () => T): T => current.run(id, work)
