import type { GpuView, NodeView } from '../model/cluster'
import type { TuningSnapshot } from '../model/snapshot'

/** A node with those of its GPUs that could be granted now. */
export interface FreeNode {
  node: NodeView
  gpus: readonly GpuView[]
}

/** GPUs without a lease on nodes that are alive and open, by node, in order of the node's id and the GPU's index. */
export function freeGpus(snapshot: TuningSnapshot, reserved: readonly string[] = []): FreeNode[] {
  const taken = new Set([...snapshot.leases.map((lease) => lease.gpuId), ...reserved])
  return [...snapshot.nodes]
    .filter((node) => node.state === 'alive' && node.scheduling === 'open')
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((node) => ({
      node,
      gpus: node.gpus.filter((gpu) => !taken.has(gpu.id)).sort((a, b) => a.index - b.index),
    }))
}

/** The same nodes without the given GPUs. */
export function withoutGpus(free: readonly FreeNode[], gpuIds: readonly string[]): FreeNode[] {
  const taken = new Set(gpuIds)
  return free.map((entry) => ({ ...entry, gpus: entry.gpus.filter((gpu) => !taken.has(gpu.id)) }))
}
