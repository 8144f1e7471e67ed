/** Installs the Node packages of the lock file when they are not there yet or the lock file has changed since. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

/** Resolves when `node_modules` is what `package-lock.json` says. */
export async function installNodePackages(root, say) {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules/.alto-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('Installing Node packages')
  // Not `npm ci`: it refuses where a registry lacks the optional packages of other systems. The versions are the same.
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root })
  writeFileSync(stamp, wanted)
}
