/**
 * A newcomer's first minutes: a fresh clone of this checkout's HEAD, `npm run demo`, and when what they wait for is there.
 * Package caches are as warm as they are. Prints one JSON object last.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'alto-first-minutes-'))
const checkout = join(folder, 'alto')
const dataDir = join(folder, 'data')
execFileSync('git', ['clone', '--quiet', root, checkout])

const startedAt = Date.now()
const seconds = () => Math.round((Date.now() - startedAt) / 100) / 10
const demo = spawn('npm', ['run', 'demo', '--', '--data-dir', dataDir], {
  cwd: checkout,
  stdio: ['ignore', 'pipe', 'pipe'],
  detached: true,
})
let output = ''
for (const stream of [demo.stdout, demo.stderr])
  stream.on('data', (chunk) => {
    output += chunk.toString()
  })
let ended = false
demo.on('exit', () => {
  ended = true
})

/** Seconds until `look` finds something; null when the demo ends or `limit` seconds pass before. */
async function when(look, limit = 900) {
  while (!ended && seconds() < limit) {
    if (await look().catch(() => false)) return seconds()
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return null
}

const dashboardSeconds = await when(async () => {
  const url = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(output)?.[0]
  return url !== undefined && (await fetch(`${url}/healthz`)).ok
})
const firstLossSeconds = await when(async () => {
  const answer = execFileSync(process.execPath, [join(checkout, 'bin/alto'), 'sweep', 'list', '--json'], {
    env: { ...process.env, ALTO_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  })
  return /"valLoss":\s*\d/.test(answer)
})
const leaderboardSeconds = await when(async () => output.includes('Leaderboard'))
if (!ended) process.kill(-demo.pid, 'SIGINT')
while (!ended) await new Promise((resolve) => setTimeout(resolve, 200))
rmSync(folder, { recursive: true, force: true })

const result = {
  name: 'first-minutes',
  cases: [{ dashboardSeconds, firstLossSeconds, leaderboardSeconds }],
  machine: { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), model: cpus()[0]?.model },
  command: 'npm run bench:first-minutes',
}
writeFileSync(join(root, 'bench/results/first-minutes.json'), `${JSON.stringify(result, null, 2)}\n`)
if (leaderboardSeconds === null) process.stderr.write(output)
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exitCode = leaderboardSeconds === null ? 1 : 0
