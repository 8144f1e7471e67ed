/**
 * `npm run audit`, once a week: asks both registries about known vulnerabilities of exactly the versions that are
 * installed, and fails for each that `docs/security.md` does not explain. A registry that does not answer is said to be
 * unknown, never to be clean.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (line) => process.stdout.write(`${line}\n`)
const MAX_BYTES = 256 * 1024 ** 2

const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: MAX_BYTES, ...options })

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @returns {{id: string, what: string}[] | null} `null` where the registry did not answer */
function nodePackages() {
  const report = parse(run('npm', ['audit', '--json']).stdout)
  if (!report?.vulnerabilities) return null
  return Object.values(report.vulnerabilities).flatMap((one) =>
    one.via
      .filter((cause) => typeof cause === 'object')
      .map((cause) => ({ id: cause.url.split('/').at(-1), what: `${one.name}: ${cause.title}` })),
  )
}

/** pip-audit lives in an environment of its own: it must not change what is audited. */
function pythonPackages() {
  const folder = mkdtempSync(join(tmpdir(), 'alto-audit-'))
  try {
    const python = join(folder, 'bin', 'python')
    if (run('python3', ['-m', 'venv', folder]).status !== 0) return null
    if (run(python, ['-m', 'pip', 'install', '--quiet', 'pip-audit']).status !== 0) return null
    const args = ['-r', 'agent/constraints.txt', '--no-deps', '--disable-pip', '--format', 'json']
    const report = parse(run(python, ['-m', 'pip_audit', ...args]).stdout)
    const known = report?.dependencies.filter((one) => !one.skip_reason) ?? []
    if (known.length === 0) return null
    return known.flatMap((one) =>
      one.vulns.map(({ id, description }) => ({
        id,
        what: `${one.name} ${one.version}: ${description.split('\n')[0]}`,
      })),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const explained = readFileSync(join(root, 'docs/security.md'), 'utf8')
let unknown = 0
let open = 0
for (const [registry, found] of [
  ['Node packages', nodePackages()],
  ['Python packages', pythonPackages()],
]) {
  if (found === null) {
    unknown++
    say(`${registry}: the registry did not answer with advisories. Nothing is known; run this where it does.`)
    continue
  }
  const unexplained = found.filter(({ id }) => !explained.includes(id))
  open += unexplained.length
  for (const { id, what } of unexplained) say(`${registry}: ${id} ${what}`)
  say(
    `${registry}: ${found.length} known, ${found.length - unexplained.length} explained in docs/security.md`,
  )
}
process.exitCode = open > 0 ? 1 : unknown > 0 ? 2 : 0
