import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findAddress } from '../client/address'
import { DEFAULT_DATA_DIR } from './options'
import { hasOwner, issueSecret } from './prepare-database'

export const SETUP_LINK_HOURS = 7 * 24

/** Prints a new link for the first account; needs the data folder of the server. */
export async function printSetupLink(): Promise<void> {
  const file = join(DEFAULT_DATA_DIR, 'database.json')
  if (!existsSync(file))
    throw new Error(`Alto does not run on ${DEFAULT_DATA_DIR}. Start it with \`npm start\`.`)
  const { url: databaseUrl } = JSON.parse(readFileSync(file, 'utf8')) as { url: string }
  if (await hasOwner(databaseUrl))
    throw new Error('The first account exists already. Its owner can invite others.')
  const secret = await issueSecret(databaseUrl, 'setup', SETUP_LINK_HOURS)
  process.stdout.write(`${findAddress().url}/setup?token=${secret}\n`)
}
