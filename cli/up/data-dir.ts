import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InputError } from '../errors'

/** What a data folder keeps between starts, readable by its owner only. */
export interface Secrets {
  /** Signs session cookies. */
  auth: string
  /** Of the embedded database. */
  postgres: string
  /** Of the CLI on this machine. */
  cliToken: string
}

export interface DataDir {
  path: string
  logs: string
  secrets: Secrets
}

const OWNER_ONLY = 0o600
const secret = () => randomBytes(32).toString('base64url')

/** Writes a file that only its owner may read. */
export function writeOwnerOnly(path: string, content: string): void {
  writeFileSync(path, content, { mode: OWNER_ONLY })
  chmodSync(path, OWNER_ONLY)
}

function readSecrets(path: string): Secrets {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Secrets
  const secrets = { auth: secret(), postgres: secret(), cliToken: `alto_${secret()}` }
  writeOwnerOnly(path, `${JSON.stringify(secrets)}\n`)
  return secrets
}

/**
 * Opens or makes the data folder.
 *
 * @throws InputError where the folder cannot be written
 */
export function openDataDir(given: string): DataDir {
  const path = resolve(given)
  const logs = join(path, 'logs')
  try {
    mkdirSync(logs, { recursive: true })
    mkdirSync(join(path, 'artifacts'), { recursive: true })
    return { path, logs, secrets: readSecrets(join(path, 'secrets.json')) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'EACCES'
        ? 'may not be written by this user'
        : code === 'ENOSPC'
          ? 'is on a full disk'
          : `cannot be used: ${message}`
    throw new InputError(`--data-dir: ${path} ${why}.`)
  }
}
