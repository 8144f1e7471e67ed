/**
 * `npm run fuzz [-- --inputs 100000 --seed 1]`: sends inputs to the contracts of both languages, to REST and to uploads
 * of a real server (the built pages' process, its control plane and Postgres), and prints one JSON object last. Exit 1
 * where something ended in a 500, hung or broke a reader.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort } from '../support/postgres'
import { type Fuzzed, fuzzContracts } from './fuzz-contracts'
import { fuzzRest } from './fuzz-rest'
import { fuzzUploads } from './fuzz-uploads'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const inputs = Number(values.inputs)
const seed = Number(values.seed)

interface Server {
  base: string
  token: string
  stop(): Promise<void>
}

async function startServer(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alto-fuzz-'))
  const port = await freePort()
  const child = spawn(
    join(root, 'bin/alto'),
    ['up', '--no-agent', '--port', String(port), '--data-dir', dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ALTO_LOG_LEVEL: 'error', ALTO_REQUESTS_PER_MINUTE: '1000000000' },
    },
  )
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('Dashboard:')) resolve()
    })
    void ended.then(() => reject(new Error(`Alto did not start:\n${output}`)))
  })
  const { url, token } = JSON.parse(readFileSync(join(dataDir, 'cli.json'), 'utf8')) as {
    url: string
    token: string
  }
  return {
    base: url.replace('localhost', '127.0.0.1'),
    token,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const startedAt = Date.now()
const parts: Record<string, Fuzzed> = {}
const note = (name: string, part: Fuzzed) => {
  parts[name] = part
  process.stderr.write(
    `${name}: ${part.inputs} inputs, ${part.accepted} accepted, ${part.failures.length} failures\n`,
  )
}

note('contracts', fuzzContracts(Math.ceil(inputs * 0.55), seed))
const server = await startServer()
try {
  note('uploads', await fuzzUploads(server.base, server.token, Math.ceil(inputs * 0.05), seed))
  note('rest', await fuzzRest(server.base, server.token, Math.ceil(inputs * 0.45), seed))
} finally {
  await server.stop()
}
const failures = Object.values(parts).flatMap((part) => part.failures)
process.stdout.write(
  `${JSON.stringify({
    inputs: Object.values(parts).reduce((sum, part) => sum + part.inputs, 0),
    seed,
    ...Object.fromEntries(Object.entries(parts).map(([name, { failures: _, ...part }]) => [name, part])),
    failures,
    seconds: Math.round((Date.now() - startedAt) / 1000),
  })}\n`,
)
process.exitCode = failures.length === 0 ? 0 : 1
