import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { InputError } from '../errors'

const run = promisify(execFile)

export const MANIFEST = 'alto-backup.json'

/** What a running server makes anew, or what would bind the copy to it. */
const LEFT_OUT = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'pg_wal',
  'pg_replslot',
  'pg_stat_tmp',
  'pg_dynshmem',
])

export interface Manifest {
  format: 1
  at: string
  /** Major version of Postgres, as in PG_VERSION. */
  postgres: string
}

/**
 * Writes the database, as it is at one instant, and the secrets that belong to it into one archive. The server goes on:
 * its files are copied between `pg_backup_start` and `pg_backup_stop`, with the log from there to there, which a slot
 * keeps meanwhile. So no program beside the server is needed.
 *
 * @param url of the running server, `null` where none runs
 * @param folder of the server's data
 * @throws InputError where the file cannot be written
 */
export async function backupDatabase(
  from: { url: string | null; folder: string; secretsFile: string },
  file: string,
): Promise<Manifest> {
  const target = resolve(file)
  if (existsSync(target)) throw new InputError(`FILE: ${target} exists already. Give another name.`)
  if (!existsSync(dirname(target))) throw new InputError(`FILE: there is no folder ${dirname(target)}.`)
  const scratch = mkdtempSync(join(dirname(target), '.alto-backup-'))
  try {
    const copy = join(scratch, 'postgres')
    if (from.url === null) copyTree(from.folder, copy, new Set(['postmaster.pid', 'postmaster.opts']))
    else await copyRunning(from.url, from.folder, copy)
    copyFileSync(from.secretsFile, join(scratch, 'secrets.json'))
    const postgres = readFileSync(join(copy, 'PG_VERSION'), 'utf8').trim()
    const manifest: Manifest = { format: 1, at: new Date().toISOString(), postgres }
    writeFileSync(join(scratch, MANIFEST), `${JSON.stringify(manifest)}\n`)
    const half = join(scratch, 'archive')
    await run('tar', ['-czf', half, '-C', scratch, MANIFEST, 'secrets.json', 'postgres'])
    chmodSync(half, 0o600)
    renameSync(half, target)
    return manifest
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function copyRunning(url: string, folder: string, copy: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // Temporary: it is gone with this connection, however that ends.
    await client.query(`SELECT pg_create_physical_replication_slot('alto_backup', true, true)`)
    await client.query(`SELECT pg_backup_start('alto', true)`)
    copyTree(folder, copy, LEFT_OUT)
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
    writeFileSync(join(copy, 'backup_label'), rows[0]!.labelfile, { mode: 0o600 })
    copyTree(join(folder, 'pg_wal'), join(copy, 'pg_wal'), new Set())
    for (const empty of LEFT_OUT)
      if (!empty.includes('.')) mkdirSync(join(copy, empty), { recursive: true, mode: 0o700 })
  } finally {
    await client.end()
  }
}

/** Files that vanish meanwhile belong to nothing that the copy needs: the log has what happened to them. */
function copyTree(from: string, to: string, leftOut: ReadonlySet<string>): void {
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (leftOut.has(entry.name)) continue
    try {
      if (entry.isDirectory()) copyTree(join(from, entry.name), join(to, entry.name), new Set())
      else cpSync(join(from, entry.name), join(to, entry.name), { verbatimSymlinks: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
