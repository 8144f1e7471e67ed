import { agentManifest, type KubernetesOptions } from './agent-manifest'
import type { AgentOrder, EngineAgent, Launcher } from './launcher'
import { runCommand } from './run-command'

interface PodList {
  items: {
    metadata: { name: string; deletionTimestamp?: string }
    spec: { nodeName?: string }
    status: { phase?: string }
  }[]
}

/** Agents as pods, one a node of ours, through kubectl and whatever account it has. */
export class KubernetesLauncher implements Launcher {
  constructor(
    private readonly launcher: string,
    private readonly options: KubernetesOptions,
  ) {}

  machines(): Promise<null> {
    return Promise.resolve(null)
  }

  async list(): Promise<EngineAgent[]> {
    const output = await this.kubectl([
      'get',
      'pods',
      '-l',
      `alto.dev/launcher=${this.launcher}`,
      '-o',
      'json',
    ])
    return (JSON.parse(output) as PodList).items.flatMap(({ metadata, spec, status }): EngineAgent[] => {
      if (metadata.deletionTimestamp || status.phase === 'Failed' || status.phase === 'Succeeded') return []
      const state = status.phase === 'Running' ? 'running' : 'starting'
      return [{ id: metadata.name, name: metadata.name, state, where: spec.nodeName ?? null }]
    })
  }

  async start(order: AgentOrder): Promise<void> {
    await this.kubectl(
      ['create', '-f', '-'],
      JSON.stringify(agentManifest(this.launcher, this.options, order)),
    )
  }

  async stop(id: string): Promise<void> {
    await this.kubectl(['delete', 'pod,secret', id, '--wait=false', '--ignore-not-found'])
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  private kubectl(args: readonly string[], input?: string): Promise<string> {
    return runCommand('kubectl', ['--namespace', this.options.namespace, ...args], { input })
  }
}
