import type { Command } from 'commander'
import type { DeploymentAnswer, NodeSummary } from '../client/answers'
import type { Api } from '../client/api'
import { InputError } from '../errors'
import { count, share } from '../output/format'
import { print } from '../output/print'

interface JsonOption {
  json?: boolean
}

const BUILT_IN = { image: 'builtin/tiny-image', video: 'builtin/tiny-video' }
const POLL_MS = 500

async function connect(): Promise<Api> {
  const { Api } = await import('../client/api')
  return new Api()
}

/** GPUs that nothing holds. @throws InputError where there are none */
async function freeGpus(api: Api): Promise<string[]> {
  const { nodes } = await api.get<{ nodes: NodeSummary[] }>('/nodes')
  const free = nodes
    .filter((node) => node.state === 'alive')
    .flatMap((node) => node.gpus.filter((gpu) => gpu.heldBy.length === 0).map((gpu) => gpu.id))
  if (free.length === 0) throw new InputError('--gpus: no GPU is free. Name those to wait for.')
  return free
}

async function deploy(
  name: string,
  options: JsonOption & { image?: string; video?: string; gpus?: string; policy?: string; wait?: boolean },
): Promise<void> {
  const api = await connect()
  const isBuiltIn = options.image === undefined && options.video === undefined
  const made = await api.post<{ id: string; name: string }>('/deployments', {
    name,
    imageModel: isBuiltIn ? BUILT_IN.image : (options.image ?? null),
    videoModel: isBuiltIn ? BUILT_IN.video : (options.video ?? null),
    gpuIds: options.gpus ? options.gpus.split(',').map((id) => id.trim()) : await freeGpus(api),
    ...(options.policy ? { settings: { policy: options.policy } } : {}),
  })
  const deployment = options.wait ? await untilReady(api, made.id) : await get(api, made.id)
  print(options.json, deployment, () => sentence(deployment))
  if (deployment.state === 'failed') process.exitCode = 1
}

async function get(api: Api, id: string): Promise<DeploymentAnswer> {
  return (await api.get<{ deployment: DeploymentAnswer }>(`/deployments/${encodeURIComponent(id)}`))
    .deployment
}

async function untilReady(api: Api, id: string): Promise<DeploymentAnswer> {
  const { setTimeout: wait } = await import('node:timers/promises')
  for (let said = ''; ; await wait(POLL_MS)) {
    const deployment = await get(api, id)
    if (deployment.phase === 'ready' || deployment.phase === 'ended') return deployment
    const now = sentence(deployment)
    if (now !== said) process.stderr.write(`${now}\n`)
    said = now
  }
}

function sentence(deployment: DeploymentAnswer): string {
  const { name, id, gpuIds, error, hold } = deployment
  switch (deployment.phase) {
    case 'waiting':
      return `${name} (${id}) waits: ${hold?.reasons[0]?.message ?? 'for the next cycle.'}`
    case 'loading':
      return `${name} (${id}) loads and measures its models on ${gpuIds.join(', ')}.`
    case 'ready':
      return `${name} (${id}) is ready on ${gpuIds.join(', ')}.`
    case 'stopping':
      return `${name} (${id}) is being stopped.`
    case 'ended':
      return `${name} (${id}) has ended: ${error ?? deployment.state}.`
  }
}

async function list(options: JsonOption): Promise<void> {
  const { deployments } = await (await connect()).get<{ deployments: DeploymentAnswer[] }>(
    '/deployments?limit=200',
  )
  const { table } = await import('../output/table')
  print(options.json, { deployments }, () =>
    deployments.length === 0
      ? 'No deployment yet. Start one with `alto deploy`.'
      : table(
          ['id', 'name', 'phase', 'image', 'video', 'GPUs', 'in line', 'on time, 24 h'],
          deployments.map((one) => [
            one.id,
            one.name,
            one.phase,
            one.imageModel ?? '–',
            one.videoModel ?? '–',
            one.gpuIds.join(' '),
            count(one.line.queued + one.line.running + one.line.paused),
            one.lastDay.share === null ? '–' : share(one.lastDay.share),
          ]),
        ),
  )
}

async function show(idOrName: string, options: JsonOption): Promise<void> {
  const api = await connect()
  const { findDeployment } = await import('../serving/find-deployment')
  const answer = await api.get<{ deployment: DeploymentAnswer }>(
    `/deployments/${(await findDeployment(api, idOrName)).id}`,
  )
  print(options.json, answer, () => sentence(answer.deployment))
}

const ask = (action: 'stop' | 'probe', done: string) => async (idOrName: string, options: JsonOption) => {
  const api = await connect()
  const { findDeployment } = await import('../serving/find-deployment')
  const { id, name } = await findDeployment(api, idOrName)
  const { state } = await api.post<{ state: string }>(`/deployments/${id}/${action}`)
  print(options.json, { id, state }, () => (state === 'applied' ? `${name} ${done}` : `${name}: asked.`))
}

export function registerDeploy(program: Command): void {
  const withJson = (command: Command) => command.option('--json', 'print one JSON object')
  withJson(program.command('deploy').argument('[name]', 'what to call it', 'serving'))
    .description('Put a pair of diffusion models on GPUs (default: the built-in ones, on all free GPUs).')
    .option('--image <model>', 'text-to-image: builtin/…, a folder or a hub id')
    .option('--video <model>', 'text-to-video: builtin/…, a folder or a hub id')
    .option('--gpus <ids>', 'such as node-a/0,node-a/1')
    .option('--policy <name>', 'policy of its rounds (default: alto)')
    .option('--wait', 'until it is ready')
    .action(deploy)
  const deployment = program.command('deployment').description('Look at deployments and stop them.')
  withJson(deployment.command('list')).description('All deployments, newest first.').action(list)
  withJson(deployment.command('show').argument('<id>', 'id or name'))
    .description('One deployment with its profile.')
    .action(show)
  withJson(deployment.command('probe').argument('<id>', 'id or name'))
    .description('Measure its times again.')
    .action(ask('probe', 'is measured again.'))
  withJson(deployment.command('stop').argument('<id>', 'id or name'))
    .description('End it and give its GPUs back.')
    .action(ask('stop', 'is stopped; its GPUs are free.'))
  deployment.action(() => deployment.help())
}
