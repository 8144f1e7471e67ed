/**
 * `npm run check`: format, lint, types, import directions, unused code, generated files and rules without a test, in
 * both languages. Everything runs even when something fails, two at a time.
 */
import { fileURLToPath } from 'node:url'
import { installNodePackages } from './install/node-packages.mjs'
import { installPython } from './install/python.mjs'
import { runSteps } from './run-steps.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name) => `${root}node_modules/.bin/${name}`
const venv = (name) => `${root}agent/.venv/bin/${name}`

/** Every check is a program that ends with 0 when all is well. */
export const CHECKS = [
  { name: 'format and lint (TypeScript)', command: [bin('biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'types (TypeScript)', command: [bin('tsc'), '-p', '.', '--noEmit'] },
  {
    name: 'promises and rules of our own',
    command: [
      bin('eslint'),
      '.',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint',
      '--max-warnings',
      '0',
    ],
  },
  {
    name: 'import directions',
    command: [
      bin('depcruise'),
      'app',
      'bench',
      'cli',
      'components',
      'contracts',
      'control-plane',
      'engine',
      'server',
      'test',
    ],
  },
  { name: 'unused code', command: [bin('knip'), '--no-progress'] },
  { name: 'contracts are generated', command: [bin('tsx'), 'contracts/generate/main.ts', '--check'] },
  { name: 'every rule has a test', command: [process.execPath, 'scripts/spec-rules.mjs'] },
  { name: 'lint (Python)', command: [venv('ruff'), 'check', 'agent'] },
  { name: 'format (Python)', command: [venv('ruff'), 'format', '--check', 'agent'] },
  { name: 'types (Python)', command: [venv('pyright'), '-p', 'agent'] },
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const say = (line) => process.stdout.write(`${line}\n`)
  await Promise.all([
    installNodePackages(root, say).then(async () => {
      const { generateClient } = await import('./prepare.mjs')
      generateClient()
    }),
    installPython(root, say, { dev: true }),
  ])
  const failed = await runSteps(CHECKS, { cwd: root, atOnce: 2 })
  process.exitCode = failed.length === 0 ? 0 : 1
}
