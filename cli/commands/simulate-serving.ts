import type { Command } from 'commander'
import type { ServingSimulationOptions } from '../serving-simulation'

/** `alto simulate serving`: a trace of requests through the production rounds on a virtual clock. */
export function registerSimulateServing(simulate: Command): void {
  simulate
    .command('serving')
    .description(
      'Serve a trace of image and video requests on simulated GPUs and print how many were on time.',
    )
    .requiredOption('--profile <file>', 'measured step times (JSON)')
    .requiredOption('--trace <file>', 'requests (JSON lines)')
    .requiredOption('--gpus <n>', 'GPUs of the deployment')
    .option('--nodes <n>', 'nodes that share the GPUs evenly', '1')
    .option('--policy <name>', 'who goes first', 'alto')
    .option('--events <file>', 'write every interval that GPUs were held (JSON lines)')
    .option('--json', 'print one JSON object')
    .action(async (options: ServingSimulationOptions) => {
      const { runServingSimulation } = await import('../serving-simulation')
      process.stdout.write(`${await runServingSimulation(options)}\n`)
    })
}
