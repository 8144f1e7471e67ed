import type { Command } from 'commander'
import type { NodeSummary } from '../client/answers'
import { InputError } from '../errors'
import { print } from '../output/print'

interface JsonOption {
  json?: boolean
}

async function connect() {
  const { Api } = await import('../client/api')
  return new Api()
}

async function list(options: JsonOption): Promise<void> {
  const { nodes } = await (await connect()).get<{ nodes: NodeSummary[] }>('/nodes')
  const { table } = await import('../output/table')
  print(options.json, { nodes }, () =>
    nodes.length === 0
      ? 'No node yet. `alto node join-token` tells how a machine joins.'
      : table(
          ['name', 'state', 'scheduling', 'devices', 'device', 'works on', 'last seen'],
          nodes.map((node) => [
            node.name,
            node.state,
            node.scheduling,
            String(node.gpus.length),
            node.gpus[0]?.name ?? '',
            [...new Set(node.gpus.flatMap((gpu) => gpu.heldBy.map((job) => job.name)))].join(', ') ||
              'nothing',
            node.lastSeenAt,
          ]),
        ),
  )
}

async function schedule(
  action: 'drain' | 'cordon' | 'open',
  name: string,
  options: JsonOption,
): Promise<void> {
  const api = await connect()
  const { nodes } = await api.get<{ nodes: NodeSummary[] }>('/nodes')
  const node = nodes.find((one) => one.name === name || one.id === name)
  if (!node) throw new InputError(`NAME: there is no node ${name}. \`alto node list\` shows them.`)
  const { state } = await api.post<{ state: string }>(`/nodes/${node.id}/${action}`)
  const done = {
    drain: 'gives up what it holds and takes nothing new.',
    cordon: 'takes nothing new.',
    open: 'takes work again.',
  }
  print(options.json, { id: node.id, name: node.name, state }, () => `${node.name} ${done[action]}`)
}

async function joinToken(options: JsonOption): Promise<void> {
  const answer = await (await connect()).post<{ command: string; expiresAt: string }>('/nodes/join-token')
  print(
    options.json,
    answer,
    () => `Run this on the machine before ${answer.expiresAt}; it works once:\n${answer.command}`,
  )
}

export function registerNode(program: Command): void {
  const node = program.command('node').description('Machines with GPUs.')
  const withJson = (command: Command) => command.option('--json', 'print one JSON object')
  withJson(node.command('list')).description('All nodes.').action(list)
  withJson(node.command('join-token'))
    .description('A command with which one machine joins once.')
    .action(joinToken)
  const text = {
    drain: 'Give up what it holds at the next step boundary, and take nothing new.',
    cordon: 'Take nothing new; what it holds goes on.',
    open: 'Take work again.',
  } as const
  for (const action of ['drain', 'cordon', 'open'] as const)
    withJson(node.command(action).argument('<name>', 'name of the node'))
      .description(text[action])
      .action((name: string, options: JsonOption) => schedule(action, name, options))
  node
    .command('join')
    .argument('<url>', 'address of the control plane, such as ws://host:7412/agent')
    .description('Start an agent on this machine and let it join.')
    .option('--token <token>', 'what `alto node join-token` printed; not needed once the machine has joined')
    .option('--name <name>', 'name of this node (default: the host name)')
    .option('--data-dir <folder>', 'folder for identity, spool and checkpoints')
    .action(async (url: string, options: { token?: string; name?: string; dataDir?: string }) => {
      const { joinNode } = await import('../up/join-node')
      await joinNode(url, options)
    })
}
