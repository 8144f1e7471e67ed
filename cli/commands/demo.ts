import { join } from 'node:path'
import type { Command } from 'commander'
import { DEFAULT_DATA_DIR, type UpOptions } from '../up/options'

/** What `npm run demo` does after the installation. */
async function demo(options: UpOptions): Promise<void> {
  const { startPlatform } = await import('../up/up')
  const { CHECKOUT } = await import('../up/checkout')
  const { Api } = await import('../client/api')
  const { submitSweepFile } = await import('../sweep/submit-sweep')
  const { watchSweep } = await import('../sweep/watch-sweep')
  const { waitForAgent } = await import('../sweep/wait-for-agent')
  const { leaderboard } = await import('../output/leaderboard')
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const platform = await startPlatform({ ...options, agent: true, controlPlane: true, dev: false }, say)
  const api = new Api({ url: platform.url, token: platform.token })
  const stopped = new AbortController()
  void platform.ended.then(() => {
    stopped.abort()
    process.exit(0)
  })
  await waitForAgent(api, stopped.signal)
  const sweep = await submitSweepFile(api, join(CHECKOUT, 'examples', 'arithmetic.yaml'), {
    renameIfTaken: true,
    // The example is known to be right.
    facts: false,
  })
  say(`${sweep.name} is submitted with ${sweep.runs} runs: ${platform.url}/sweeps/${sweep.id}`)
  const result = await watchSweep(api, sweep.id, stopped.signal)
  say(leaderboard(result))
  if (result.state === 'failed') say(`${result.name} failed: ${result.error ?? 'no reason was given.'}`)
  say(`The dashboard stays up: ${platform.url}. Stop with Ctrl-C.`)
  await platform.ended
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('Start everything, run the example sweep and show its leaderboard.')
    .option('--port <number>', 'port of the dashboard')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data-dir <folder>', 'folder for database, uploads, checkpoints and logs', DEFAULT_DATA_DIR)
    .action(demo)
}
