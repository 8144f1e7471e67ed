import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_DATA_DIR } from '../up/options'

export interface Address {
  url: string
  token: string
}

/**
 * Where Alto is: `ALTO_URL` and `ALTO_TOKEN`, else what the platform of this machine wrote into its data folder.
 *
 * @throws with one sentence where neither is there
 */
export function findAddress(): Address {
  const { ALTO_URL, ALTO_TOKEN } = process.env
  if (ALTO_URL && ALTO_TOKEN) return { url: ALTO_URL.replace(/\/$/, ''), token: ALTO_TOKEN }
  const file = join(DEFAULT_DATA_DIR, 'cli.json')
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, 'utf8')) as Address
    return { url: ALTO_URL ?? known.url, token: ALTO_TOKEN ?? known.token }
  }
  throw new Error(
    'Alto does not run on this machine: start it with `npm start`, or set ALTO_URL and ALTO_TOKEN.',
  )
}
