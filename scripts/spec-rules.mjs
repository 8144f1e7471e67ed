/**
 * Lists rules of `docs/spec/*.md` without a test, and tests that name a rule which no document has.
 * A rule is a line that begins with its id in bold (`**E3** …`, also as a list item or in a table); a test proves it
 * when its title begins with `[E3]` in TypeScript, or its Python name with `test_X3_`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const SKIPPED = new Set([
  'node_modules',
  '.next',
  'dist',
  'generated',
  '.venv',
  'reports',
  '.git',
  'test-results',
  '.stryker-tmp',
])

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesUnder(path)
    else yield path
  }
}

const rules = new Map()
for (const file of filesUnder(join(root, 'docs/spec')))
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const id = /^[\s|*-]*\*\*([A-Z]\d+)\*\*/.exec(line)?.[1]
    if (id) rules.set(id, file.slice(root.length))
  }

const proved = new Map()
for (const file of filesUnder(root)) {
  if (/\.(test|spec)\.tsx?$/.test(file)) {
    for (const [, ids] of readFileSync(file, 'utf8').matchAll(/['"`]((?:\[[A-Z]\d+\]\s*)+)/g))
      for (const [, id] of ids.matchAll(/\[([A-Z]\d+)\]/g)) proved.set(id, file.slice(root.length))
  } else if (/\/test_\w+\.py$/.test(file)) {
    for (const [, ids] of readFileSync(file, 'utf8').matchAll(/def test_((?:[a-zA-Z]\d+_)+)/g))
      for (const id of ids.split('_').filter(Boolean)) proved.set(id.toUpperCase(), file.slice(root.length))
  }
}

const unproved = [...rules.keys()].filter((id) => !proved.has(id))
const unknown = [...proved.keys()].filter((id) => !rules.has(id))
for (const id of unproved) process.stdout.write(`${id} (${rules.get(id)}) has no test\n`)
for (const id of unknown) process.stdout.write(`${proved.get(id)} names ${id}, which no rule has\n`)
process.stdout.write(`${rules.size} rules, ${rules.size - unproved.length} with a test\n`)
process.exitCode = unproved.length + unknown.length === 0 ? 0 : 1
