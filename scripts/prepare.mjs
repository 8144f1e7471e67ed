/** Generates the database client when the schema is newer than it. Runs after `npm install` and before a build. */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const changedAt = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0)

/** Throws one sentence when Prisma refuses the schema. */
export function generateClient() {
  if (changedAt('generated/prisma/client.ts') > changedAt('prisma/schema.prisma')) return
  const result = spawnSync(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
    cwd: root,
    encoding: 'utf8',
    // `generate` never calls the schema engine, yet the Prisma command line downloads one unless a path is given.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  })
  if (result.status !== 0)
    throw new Error(`The database client could not be generated:\n${result.stdout}${result.stderr}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url) && existsSync(join(root, 'prisma/schema.prisma')))
  generateClient()
