import type { TuningSnapshot } from '../model/snapshot'

/** Of leases and nodes that have not changed since: most decisions change neither. */
const known = new WeakMap<
  TuningSnapshot['leases'],
  { nodes: TuningSnapshot['nodes']; held: ReadonlyMap<string, readonly string[]> }
>()

/** GPUs that each sweep holds by its leases, on nodes that are not lost: by sweep id, sorted, none empty. */
export function heldGpus(snapshot: TuningSnapshot): ReadonlyMap<string, readonly string[]> {
  const before = known.get(snapshot.leases)
  if (before && before.nodes === snapshot.nodes) return before.held
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
  known.set(snapshot.leases, { nodes: snapshot.nodes, held })
  return held
}
