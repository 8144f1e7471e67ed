import type { Command } from 'commander'

export function registerSimulateCluster(simulate: Command): void {
  simulate
    .command('cluster')
    .description('Run sweeps that arrive over time through the planner and early exits, on a virtual clock.')
    .requiredOption('--trace <file>', 'JSON lines: the cluster, then sweeps (docs/simulate-cluster.md)')
    .option('--arm <name...>', 'only these ways to run it; the first is the reference')
    .option('--json', 'print one JSON object')
    .action(async (options: { trace: string; arm?: string[]; json?: boolean }) => {
      const { runSimulateCluster } = await import('../simulate-cluster/run-simulate-cluster')
      await runSimulateCluster(options)
    })
}
