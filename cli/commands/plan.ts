import type { Command } from 'commander'

interface Options {
  json?: boolean
  effort?: string
}

export function registerPlan(program: Command): void {
  program
    .command('plan')
    .description('Place tasks on GPUs so that the last one ends as early as possible.')
    .argument('<instance>', 'JSON file with nodes and tasks, or - for standard input')
    .option('--effort <schedules>', 'schedules to try at most; the same effort gives the same plan')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: Options) => {
      const { runPlan } = await import('../plan/run-plan')
      await runPlan(file, options)
    })
}
