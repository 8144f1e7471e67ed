/** Bundles the Node programs of this checkout (CLI, control plane) with esbuild into `dist/`. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Entry points and the folders whose files they may import. */
const PROGRAMS = {
  cli: { entry: 'cli/main.ts', sources: ['cli', 'engine', 'contracts', 'server'] },
  'control-plane': {
    entry: 'control-plane/main.ts',
    sources: ['control-plane', 'engine', 'contracts', 'server/db', 'server/events', 'generated'],
  },
}

function newestChange(folder) {
  let newest = 0
  if (!existsSync(folder)) return newest
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) newest = Math.max(newest, newestChange(path))
    else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
      newest = Math.max(newest, statSync(path).mtimeMs)
  }
  return newest
}

/** Bundles one program; splitting keeps what a command does not need out of its start. */
export async function bundle(name) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: { main: PROGRAMS[name].entry },
    outdir: `dist/${name}`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    alias: { '@': root },
    logLevel: 'error',
  })
}

/** Bundles when there is no bundle yet or a source has changed since. */
export async function bundleWhenStale(name) {
  const output = join(root, 'dist', name, 'main.mjs')
  const builtAt = existsSync(output) ? statSync(output).mtimeMs : 0
  const changedAt = Math.max(...PROGRAMS[name].sources.map((folder) => newestChange(join(root, folder))))
  if (changedAt >= builtAt) await bundle(name)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) await bundle(name)
}
