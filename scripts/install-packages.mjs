/** Installs the Node packages of the lock file where they are missing. Plain Node: nothing is installed yet. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const marker = join(root, 'node_modules', '.alto-lock')
const OLDEST_NODE = [20, 9]

function demandNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  process.stderr.write(
    `Alto needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.\n`,
  )
  process.exit(1)
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')

/**
 * Installs what the lock file says. `npm install` and not `npm ci`: it takes the same versions, but accepts a registry
 * that lacks the optional packages of other operating systems, and keeps what is already there.
 */
export async function installPackages() {
  demandNode()
  const wanted = lockHash()
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) {
    process.stdout.write('Installing Node packages …\n')
    const result = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    if (result.status !== 0) {
      process.stderr.write('The Node packages could not be installed: npm says why above.\n')
      process.exit(1)
    }
    writeFileSync(marker, wanted)
  }
  const { generateClient } = await import('./prepare.mjs')
  generateClient()
}
