import type { Command } from 'commander'
import { InputError } from '../errors'
import { print } from '../output/print'

interface BackupOptions {
  dataDir?: string
  json?: boolean
}

async function place(options: BackupOptions) {
  const { join } = await import('node:path')
  const { existsSync, readFileSync } = await import('node:fs')
  const { openDataDir } = await import('../up/data-dir')
  const { DEFAULT_DATA_DIR } = await import('../up/options')
  const { databaseFolder, postgresOwner } = await import('../up/postgres-files')
  const dataDir = openDataDir(options.dataDir ?? DEFAULT_DATA_DIR)
  const owner = postgresOwner()
  const folder = databaseFolder(dataDir.path, owner)
  const urlFile = join(dataDir.path, 'database.json')
  const url = existsSync(urlFile) ? (JSON.parse(readFileSync(urlFile, 'utf8')) as { url: string }).url : null
  return { dataDir, owner, folder, url, secretsFile: join(dataDir.path, 'secrets.json') }
}

async function backup(file: string, options: BackupOptions): Promise<void> {
  const { existsSync, readFileSync } = await import('node:fs')
  const { join } = await import('node:path')
  const { processIdentity } = await import('../up/process-identity')
  const { backupDatabase } = await import('../up/backup-database')
  const { folder, url, secretsFile, dataDir } = await place(options)
  if (!existsSync(join(folder, 'PG_VERSION')))
    throw new InputError(
      `--data-dir: ${dataDir.path} has no embedded database. A Postgres of your own is backed up with pg_dump.`,
    )
  const pidFile = join(folder, 'postmaster.pid')
  const running =
    existsSync(pidFile) && processIdentity(Number(readFileSync(pidFile, 'utf8').split('\n')[0])) !== null
  const manifest = await backupDatabase({ folder, secretsFile, url: running ? url : null }, file)
  print(
    options.json,
    { file, ...manifest },
    () => `The database is in ${file}. Keep it as you keep a password: it holds the platform's secrets.`,
  )
}

async function restore(file: string, options: BackupOptions): Promise<void> {
  const { InstanceLock } = await import('../up/instance-lock')
  const { embeddedPostgresMajor } = await import('../up/postgres-files')
  const { restoreDatabase } = await import('../up/restore-database')
  const { folder, owner, secretsFile, dataDir } = await place(options)
  const taken = InstanceLock.take(dataDir.path)
  if ('heldBy' in taken)
    throw new InputError(
      `--data-dir: Alto runs on ${dataDir.path} (process ${taken.heldBy.pid}). Stop it first.`,
    )
  try {
    const { manifest, before } = await restoreDatabase(file, {
      folder,
      owner,
      secretsFile,
      postgres: embeddedPostgresMajor(),
    })
    print(options.json, { file, before, ...manifest }, () =>
      [
        `The database of ${manifest.at} is in place. Start Alto as usual.`,
        ...(before ? [`What was there before is in ${before}; delete it when you do not need it.`] : []),
      ].join('\n'),
    )
  } finally {
    taken.lock.release()
  }
}

export function registerBackup(program: Command): void {
  const withOptions = (command: Command) =>
    command
      .option('--data-dir <folder>', 'data folder of the platform')
      .option('--json', 'print one JSON object')
  withOptions(program.command('backup').argument('<file>', 'archive to write, such as alto.tar.gz'))
    .description('Write the embedded database into one file, while the platform runs or not.')
    .action(backup)
  withOptions(program.command('restore').argument('<file>', 'archive that `alto backup` wrote'))
    .description('Put a backup in the place of the embedded database; the platform must not run.')
    .action(restore)
}
