import type { TuningSnapshot } from '../model/snapshot'

/** GPUs that each sweep holds by its leases, on nodes that are not lost: by sweep id, sorted, none empty. */
export function heldGpus(snapshot: TuningSnapshot): Map<string, readonly string[]> {
  const lost = new Set(
    snapshot.nodes.filter((node) => node.state === 'lost').flatMap((node) => node.gpus.map((gpu) => gpu.id)),
  )
  const held = new Map<string, string[]>()
  for (const lease of snapshot.leases) {
    if (lease.holder.kind !== 'sweep' || lost.has(lease.gpuId)) continue
    const gpus = held.get(lease.holder.id)
    if (gpus === undefined) held.set(lease.holder.id, [lease.gpuId])
    else gpus.push(lease.gpuId)
  }
  for (const gpus of held.values()) gpus.sort()
  return held
}
