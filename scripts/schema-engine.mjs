/**
 * Prisma's schema engine as WebAssembly: writes and applies migrations without the engine binary, which the Prisma
 * command line would download from a host that many networks do not reach.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
export const SCHEMA_PATH = join(root, 'prisma', 'schema.prisma')
export const MIGRATIONS_PATH = join(root, 'prisma', 'migrations')
const NO_FILTER = { externalTables: [], externalEnums: [] }

let engineClass

async function loadEngineClass() {
  if (engineClass) return engineClass
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const folder = dirname(
    createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
  )
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': bindings,
  })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  engineClass = bindings.SchemaEngine
  return engineClass
}

/** Calls `use` with an engine over the database at `url`. */
async function withEngine(url, schema, use) {
  const SchemaEngine = await loadEngineClass()
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils')
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 })
  const engine = await SchemaEngine.new(
    { datamodels: [[SCHEMA_PATH, schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool)),
  )
  try {
    return await use(engine)
  } finally {
    engine.free()
    await pool.end()
  }
}

const asDatamodel = (content) =>
  content === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: SCHEMA_PATH, content }] }

/** SQL that turns a database of schema `from` (`null`: empty) into schema `to`; the database at `url` is only asked for its dialect. */
export async function schemaDiff(url, from, to) {
  return withEngine(url, to, async (engine) => {
    const diff = {
      from: asDatamodel(from),
      to: asDatamodel(to),
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    }
    return (await engine.diff(diff)).stdout ?? ''
  })
}

function committedMigrations() {
  const migrationDirectories = readdirSync(MIGRATIONS_PATH, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(MIGRATIONS_PATH, name, 'migration.sql'), 'utf8') },
      },
    }))
  return {
    baseDir: MIGRATIONS_PATH,
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(join(MIGRATIONS_PATH, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories,
  }
}

/** Applies what is missing, as `prisma migrate deploy` would; answers the names. */
export async function deployMigrations(url) {
  const schema = readFileSync(SCHEMA_PATH, 'utf8')
  return withEngine(url, schema, async (engine) => {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: committedMigrations(),
      filters: NO_FILTER,
    })
    return appliedMigrationNames
  })
}
