import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { InputError } from '../errors'
import { MANIFEST, type Manifest } from './backup-database'
import type { Owner } from './postgres-files'

const run = promisify(execFile)

/**
 * Puts a backup in the place of the database. What was there before stays beside it, under a name that the answer tells.
 * The server must not run.
 *
 * @param postgres major version of the Postgres that will read it
 * @throws InputError where the file is no backup, or one of another version
 */
export async function restoreDatabase(
  file: string,
  to: { folder: string; secretsFile: string; owner: Owner | null; postgres: string },
): Promise<{ manifest: Manifest; before: string | null }> {
  const archive = resolve(file)
  if (!existsSync(archive)) throw new InputError(`FILE: there is no file ${archive}.`)
  mkdirSync(dirname(to.folder), { recursive: true })
  const scratch = mkdtempSync(join(dirname(to.folder), '.alto-restore-'))
  try {
    try {
      await run('tar', ['-xzf', archive, '-C', scratch])
    } catch {
      throw new InputError(`FILE: ${archive} is no backup of Alto, or it is damaged.`)
    }
    const manifest = readManifest(scratch, archive)
    if (manifest.postgres !== to.postgres)
      throw new InputError(
        `FILE: ${archive} is of Postgres ${manifest.postgres}, and this Alto has Postgres ${to.postgres}. Restore it with the Alto that wrote it.`,
      )
    const restored = join(scratch, 'postgres')
    chmodSync(restored, 0o700)
    if (to.owner) await run('chown', ['-R', `${to.owner.uid}:${to.owner.gid}`, restored])
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
    const before = existsSync(to.folder) ? `${to.folder}.before-${stamp}` : null
    if (before) renameSync(to.folder, before)
    if (existsSync(to.secretsFile)) renameSync(to.secretsFile, `${to.secretsFile}.before-${stamp}`)
    renameSync(restored, to.folder)
    renameSync(join(scratch, 'secrets.json'), to.secretsFile)
    chmodSync(to.secretsFile, 0o600)
    return { manifest, before }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readManifest(folder: string, archive: string): Manifest {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest
    if (manifest.format === 1 && existsSync(join(folder, 'postgres', 'PG_VERSION'))) return manifest
  } catch {
    // Said below.
  }
  throw new InputError(`FILE: ${archive} is no backup of Alto.`)
}
