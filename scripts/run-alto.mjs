import { fileURLToPath } from 'node:url'
import { installNodePackages } from './install/node-packages.mjs'

const OLDEST_NODE = [20, 9]

function demandNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new Error(`Alto needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`)
}

/** Installs what Node needs, then runs `alto ARGS` in this process. */
export async function runAlto(...args) {
  try {
    demandNode()
    await installNodePackages(fileURLToPath(new URL('..', import.meta.url)), (line) =>
      process.stdout.write(`${line}\n`),
    )
    const { generateClient } = await import('./prepare.mjs')
    generateClient()
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  const { bundleWhenStale } = await import('./bundle.mjs')
  await bundleWhenStale('cli')
  const { main } = await import('../dist/cli/main.mjs')
  await main([process.execPath, 'alto', ...args])
}
