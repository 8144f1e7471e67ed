import { hostname } from 'node:os'
import { InputError } from '../errors'
import { openDataDir } from './data-dir'
import { installPython } from './install-python'
import { InstanceLock } from './instance-lock'
import { DEFAULT_DATA_DIR } from './options'
import { agentOf, hasAgentIdentity } from './services'
import { Supervisor } from './supervisor'

export interface JoinOptions {
  token?: string
  name?: string
  dataDir?: string
}

/** Runs an agent on this machine until it is asked to end. @throws InputError that names the option */
export async function joinNode(url: string, options: JoinOptions): Promise<void> {
  if (!/^wss?:\/\/[^/]+/.test(url))
    throw new InputError(`URL: ${url} is no address such as ws://host:7412/agent.`)
  const dataDir = openDataDir(options.dataDir ?? `${DEFAULT_DATA_DIR}-node`)
  const name = options.name ?? hostname()
  if (!options.token && !hasAgentIdentity(dataDir, name))
    throw new InputError(
      '--token: this machine has not joined yet. `alto node join-token` on the server prints one.',
    )
  const taken = InstanceLock.take(dataDir.path)
  if ('heldBy' in taken)
    throw new InputError(
      `--data-dir: an agent already runs on ${dataDir.path} (process ${taken.heldBy.pid}).`,
    )
  const report = (line: string) => process.stdout.write(`${line}\n`)
  const supervisor = new Supervisor(taken.lock, report)
  const ended = new Promise<void>((resolve) => {
    const stop = () => void supervisor.end().then(resolve)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  })
  await installPython(supervisor, `${dataDir.logs}/install-python.log`, report)
  await supervisor.keep(() => agentOf(dataDir, { url, name, joinToken: options.token ?? null }))
  report(`The agent of this machine is starting. Its log is ${dataDir.logs}/agent.log. Stop with Ctrl-C.`)
  await ended
  taken.lock.release()
  process.exit(0)
}
