import { isAbsolute } from 'node:path'
import type { AgentOrder, EngineAgent, Launcher } from './launcher'
import { runCommand } from './run-command'

export interface SlurmOptions {
  /** Folder of all agents, with the artifacts; the same on every machine. */
  dataDir: string
  /** Python with alto-agent, as it is on the machines. */
  python: string
  /** More of sbatch, such as `--partition=gpu` or `--gres=gpu:8`. */
  sbatch: readonly string[]
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** Agents as Slurm jobs, one a job; the job's name is the node's. */
export class SlurmLauncher implements Launcher {
  constructor(
    private readonly prefix: string,
    private readonly options: SlurmOptions,
  ) {
    if (!isAbsolute(options.dataDir)) throw new Error('dataDir of a Slurm launcher must be an absolute path.')
  }

  machines(): Promise<null> {
    return Promise.resolve(null)
  }

  async list(): Promise<EngineAgent[]> {
    const output = await runCommand('squeue', ['--me', '--noheader', '--format=%i|%j|%T|%N'])
    return output
      .split('\n')
      .map((line) => line.trim().split('|'))
      .flatMap(([id, name, state, where]): EngineAgent[] =>
        id && name?.startsWith(this.prefix) && state !== 'COMPLETING'
          ? [{ id, name, state: state === 'RUNNING' ? 'running' : 'starting', where: where || null }]
          : [],
      )
  }

  async start({ name, url, joinToken }: AgentOrder): Promise<void> {
    const { dataDir, python, sbatch } = this.options
    const folder = `${dataDir}/agents/${name}`
    const agent = [python, '-m', 'alto_agent', '--url', url, '--name', name, '--data-dir', dataDir]
    await runCommand(
      'sbatch',
      ['--parsable', '--no-requeue', `--job-name=${name}`, '--output=/dev/null', ...sbatch],
      {
        input: `#!/bin/sh\nmkdir -p ${quote(folder)}\nexec ${agent.map(quote).join(' ')} >> ${quote(`${folder}/agent.log`)} 2>&1\n`,
        env: { ALTO_NODE_TOKEN: joinToken },
      },
    )
  }

  async stop(id: string): Promise<void> {
    await runCommand('scancel', [id])
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
