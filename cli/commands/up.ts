import type { Command } from 'commander'
import { print } from '../output/print'
import { DEFAULT_DATA_DIR, DEFAULT_PORT, type UpOptions } from '../up/options'

export function registerUp(program: Command): void {
  program
    .command('up')
    .description('Start database, web, control plane and an agent on this machine.')
    .option('--port <number>', `port of the dashboard (default: ${DEFAULT_PORT}, or the next free one)`)
    .option('--host <address>', 'address to listen on; 0.0.0.0 opens it to the network', '127.0.0.1')
    .option('--data-dir <folder>', 'folder for database, uploads, checkpoints and logs', DEFAULT_DATA_DIR)
    .option('--no-agent', 'without an agent on this machine')
    .option('--no-control-plane', 'pages and database only, so that seeded data stay as they are')
    .option('--dev', 'pages from sources, for development', false)
    .option('--json', 'print one JSON object when it stands; what happens goes to standard error')
    .action(async ({ json, ...options }: UpOptions & { json?: boolean }) => {
      const { startPlatform } = await import('../up/up')
      const platform = await startPlatform(options, (line) =>
        (json ? process.stderr : process.stdout).write(`${line}\n`),
      )
      const { url, dataDir, setupLink } = platform
      print(json, { url, dataDir, setupLink }, () => 'Stop with Ctrl-C.')
      await platform.ended
      process.exit(0)
    })
}
