/** `npm run seed -- list|SCENARIO [--data-dir DIR]`: invented data for development and pictures. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const at = args.indexOf('--data-dir')
const dataDir = at >= 0 ? args.splice(at, 2)[1] : join(root, 'data')
const address = join(resolve(dataDir), 'database.json')

const env = { ...process.env }
if (!env.DATABASE_URL && existsSync(address)) env.DATABASE_URL = JSON.parse(readFileSync(address, 'utf8')).url
const result = spawnSync(process.execPath, ['--import', 'tsx', 'test/support/seed/main.ts', ...args], {
  cwd: root,
  env,
  stdio: 'inherit',
})
process.exitCode = result.status ?? 1
