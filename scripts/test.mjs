/**
 * `npm test`: installs what is missing, then runs every check and every test, the browser's too, and ends with one
 * line that counts them. On two cores it takes about a quarter of an hour.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CHECKS } from './check.mjs'
import { installChromium } from './install/chromium.mjs'
import { installNodePackages } from './install/node-packages.mjs'
import { installPython, pythonOf } from './install/python.mjs'
import { runSteps } from './run-steps.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = join(root, 'test-results')
const say = (line) => process.stdout.write(`${line}\n`)

/** Streams a program's output and resolves with its exit code. */
function stream(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.on('error', (error) => {
      say(error.message)
      resolve(1)
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** A runner that ended without a report counts as one failure, so that a crash cannot look green. */
function counted(code, passed, failed) {
  return code !== 0 && failed === 0 ? { passed, failed: 1 } : { passed, failed }
}

async function checks() {
  const failed = await runSteps(CHECKS, { cwd: root, atOnce: 2 })
  return { passed: CHECKS.length - failed.length, failed: failed.length }
}

async function vitest(project) {
  const report = join(results, `vitest-${project}.json`)
  const code = await stream(process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  if (!existsSync(report)) return counted(code || 1, 0, 0)
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
  return counted(code, numPassedTests, numFailedTests)
}

async function pytest() {
  const report = join(results, 'pytest.xml')
  const code = await stream(
    pythonOf(root),
    ['-m', 'pytest', '--timeout=600', '-o', 'junit_family=xunit2', `--junitxml=${report}`],
    { cwd: join(root, 'agent') },
  )
  if (!existsSync(report)) return counted(code || 1, 0, 0)
  const suite = readFileSync(report, 'utf8')
  const number = (name) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0)
  const failed = number('failures') + number('errors')
  return counted(code, number('tests') - failed - number('skipped'), failed)
}

async function playwright() {
  const report = join(results, 'e2e.json')
  const code = await stream(process.execPath, [join(root, 'node_modules/@playwright/test/cli.js'), 'test'])
  if (!existsSync(report)) return counted(code || 1, 0, 0)
  const { expected, unexpected, flaky } = JSON.parse(readFileSync(report, 'utf8')).stats
  return counted(code, expected, unexpected + flaky)
}

rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
await Promise.all([
  installNodePackages(root, say).then(async () => {
    const { generateClient } = await import('./prepare.mjs')
    generateClient()
    await installChromium(root, say)
  }),
  installPython(root, say, { dev: true }),
])

const total = { passed: 0, failed: 0 }
for (const [name, suite] of [
  ['Checks', checks],
  ['Unit tests', () => vitest('unit')],
  ['Integration tests, with a real Postgres and a real agent', () => vitest('integration')],
  ['Python tests', pytest],
  ['End-to-end tests, in a real browser', playwright],
]) {
  say(`\n${name}`)
  const startedAt = Date.now()
  const { passed, failed } = await suite()
  total.passed += passed
  total.failed += failed
  say(`${name}: ${passed} fine, ${failed} not, in ${Math.round((Date.now() - startedAt) / 1000)} s`)
}
say('')
say(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
