import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

/** One planted violation a rule: the file, and what it imports. */
const PLANTED = [
  { rule: 'engine-is-pure', file: 'engine/a.ts', source: "import 'node:fs'" },
  { rule: 'engine-is-pure', file: 'engine/b.ts', source: "import '../contracts/fine'" },
  { rule: 'contracts-import-zod-only', file: 'contracts/a.ts', source: "import '../engine/fine'" },
  {
    rule: 'prisma-client-only-in-db',
    file: 'server/routers/a.ts',
    source: "import '../../generated/prisma/client'",
  },
  {
    rule: 'control-plane-stays-in-its-room',
    file: 'control-plane/a.ts',
    source: "import '../server/routers/fine'",
  },
  {
    rule: 'web-talks-through-rows',
    file: 'server/routers/b.ts',
    source: "import '../../control-plane/fine'",
  },
  {
    rule: 'components-do-not-reach-the-server',
    file: 'components/a.ts',
    source: "import '../server/db/fine'",
  },
  { rule: 'primitives-know-no-feature', file: 'components/ui/a.ts', source: "import '../sweeps/fine'" },
  { rule: 'no-cycles', file: 'cli/a.ts', source: "import './z'" },
  { rule: 'no-tests-in-product', file: 'cli/b.ts', source: "import '../test/fine'" },
] as const

const FINE = [
  'engine/fine.ts',
  'contracts/fine.ts',
  'generated/prisma/client.ts',
  'server/routers/fine.ts',
  'server/db/fine.ts',
  'control-plane/fine.ts',
  'components/sweeps/fine.ts',
  'test/fine.ts',
]

interface Violation {
  from: string
  rule: { name: string }
}

let folder: string
let violations: Violation[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alto-boundaries-'))
  const write = (file: string, source: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${source}\nexport {}\n`)
  }
  for (const file of FINE) write(file, '')
  for (const { file, source } of PLANTED) write(file, source)
  write('cli/z.ts', "import './a'")
  cpSync(join(root, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{"compilerOptions":{"moduleResolution":"bundler","module":"ESNext"}}',
  )
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const folders = ['engine', 'contracts', 'server', 'control-plane', 'components', 'cli', 'test']
  const result = spawnSync(process.execPath, [cruiser, '--output-type', 'json', ...folders], {
    cwd: folder,
    encoding: 'utf8',
  })
  violations = (JSON.parse(result.stdout) as { summary: { violations: Violation[] } }).summary.violations
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(PLANTED)('$rule refuses the import planted in $file', ({ rule, file }) => {
  expect(violations.filter((found) => found.from === file).map((found) => found.rule.name)).toContain(rule)
})

test('what was not planted is not refused', () => {
  const planted: string[] = [...PLANTED.map(({ file }) => file), 'cli/z.ts']
  expect(violations.filter((found) => !planted.includes(found.from))).toEqual([])
})
