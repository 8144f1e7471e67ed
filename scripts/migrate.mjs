/**
 * Migrations of this checkout.
 *   node scripts/migrate.mjs new NAME   writes prisma/migrations/NNNN_NAME from the difference to the last committed schema
 *   node scripts/migrate.mjs first      writes the first migration again (before anything was released)
 *   node scripts/migrate.mjs deploy     applies what the database of DATABASE_URL lacks
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployMigrations, MIGRATIONS_PATH, SCHEMA_PATH, schemaDiff } from './schema-engine.mjs'

/** What the last migration leads to; the next one is the difference to it. */
const COMMITTED_SCHEMA = join(MIGRATIONS_PATH, 'schema.prisma')
/** Constraints that Prisma's schema language cannot say; part of the first migration. */
const CONSTRAINTS = join(MIGRATIONS_PATH, '..', 'constraints.sql')

function databaseUrl() {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL
  throw new Error('Set DATABASE_URL to a running Postgres: the schema engine asks it for its version.')
}

function write(name, sql, schema) {
  const folder = join(MIGRATIONS_PATH, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'migration.sql'), sql)
  writeFileSync(join(MIGRATIONS_PATH, 'migration_lock.toml'), 'provider = "postgresql"\n')
  writeFileSync(COMMITTED_SCHEMA, schema)
  process.stdout.write(`Wrote prisma/migrations/${name}/migration.sql\n`)
}

async function writeFirst() {
  const schema = readFileSync(SCHEMA_PATH, 'utf8')
  const sql = await schemaDiff(databaseUrl(), null, schema)
  rmSync(MIGRATIONS_PATH, { recursive: true, force: true })
  write('0001_init', `${sql}\n${readFileSync(CONSTRAINTS, 'utf8')}`, schema)
}

async function writeNext(name) {
  if (!/^[a-z0-9_]+$/.test(name ?? ''))
    throw new Error('Give the migration a name of lower-case letters, digits and underscores.')
  const schema = readFileSync(SCHEMA_PATH, 'utf8')
  const before = existsSync(COMMITTED_SCHEMA) ? readFileSync(COMMITTED_SCHEMA, 'utf8') : null
  const sql = await schemaDiff(databaseUrl(), before, schema)
  if (/^\s*(-- This is an empty migration\.\s*)?$/.test(sql)) {
    process.stdout.write('The schema has not changed since the last migration.\n')
    return
  }
  const count = readdirSync(MIGRATIONS_PATH, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  ).length
  write(`${String(count + 1).padStart(4, '0')}_${name}`, sql, schema)
}

async function deploy() {
  const applied = await deployMigrations(databaseUrl())
  process.stdout.write(applied.length === 0 ? 'Nothing to apply.\n' : `Applied ${applied.join(', ')}.\n`)
}

const [command, name] = process.argv.slice(2)
const commands = { new: () => writeNext(name), first: writeFirst, deploy }
try {
  if (!commands[command]) throw new Error('Use one of: new NAME, first, deploy.')
  await commands[command]()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : JSON.stringify(error)}\n`)
  process.exitCode = 1
}
