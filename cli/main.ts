import { Command, CommanderError } from 'commander'
import { registerBackup } from './commands/backup'
import { registerDemo } from './commands/demo'
import { registerDeploy } from './commands/deploy'
import { registerGenerate } from './commands/generate'
import { registerNode } from './commands/node'
import { registerPlan } from './commands/plan'
import { registerReplay } from './commands/replay'
import { registerRequest } from './commands/request'
import { registerRun } from './commands/run'
import { registerSimulateCluster } from './commands/simulate-cluster'
import { registerSimulateServing } from './commands/simulate-serving'
import { registerSweep } from './commands/sweep'
import { registerToken } from './commands/token'
import { registerUp } from './commands/up'
import { InputError } from './errors'

/** Builds the whole command tree. Heavy code sits behind dynamic imports in the actions. */
function createProgram(): Command {
  const program = new Command('alto')
    .description('Run LoRA sweeps and diffusion serving on your GPUs.')
    .showHelpAfterError('Run the command with --help for its options.')
    .exitOverride()
  registerUp(program)
  registerDemo(program)
  registerSweep(program)
  registerRun(program)
  registerDeploy(program)
  registerGenerate(program)
  registerRequest(program)
  registerNode(program)
  registerToken(program)
  registerBackup(program)
  registerPlan(program)
  registerReplay(program)
  const simulate = program.command('simulate').description('Run the production engine on a virtual clock.')
  registerSimulateServing(simulate)
  registerSimulateCluster(simulate)
  return program
}

/** Exit codes: 0 fine, 1 failed, 2 wrong input. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })
  try {
    await createProgram().parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else if (error instanceof InputError) {
      process.stderr.write(`${error.message}\n`)
      process.exitCode = 2
    } else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    }
  }
}
