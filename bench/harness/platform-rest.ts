import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from '../../test/e2e/support/platform'

/** Asks the REST of a platform on this machine, with the owner-only token of its data folder. */
export async function askRest<T>(
  platform: Platform,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  const { url, token } = JSON.parse(readFileSync(join(platform.dataDir, 'cli.json'), 'utf8')) as {
    url: string
    token: string
  }
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as T
}
