import { setTimeout as wait } from 'node:timers/promises'
import type { NodeSummary } from '../client/answers'
import type { Api } from '../client/api'

/** The example is checked by an agent, so the demo waits for this machine's; Python may still be installing. */
export async function waitForAgent(api: Api, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { nodes } = await api.get<{ nodes: NodeSummary[] }>('/nodes')
    if (nodes.some((node) => node.state === 'alive')) return
    await wait(500)
  }
}
