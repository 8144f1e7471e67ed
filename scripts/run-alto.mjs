import { bundleWhenStale } from './bundle.mjs'

/** Runs `alto ARGS` in this process. */
export async function runAlto(...args) {
  await bundleWhenStale('cli')
  const { main } = await import('../dist/cli/main.mjs')
  await main([process.execPath, 'alto', ...args])
}
