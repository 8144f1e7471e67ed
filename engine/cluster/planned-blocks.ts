import type { Hold, Plan } from '../model/plan'
import type { TuningSnapshot } from '../model/snapshot'
import { expectedSeconds } from './plan-waiting'

/**
 * Planned gangs for the timeline: each held sweep with an expected start takes, on open nodes, the GPUs that become free
 * last before it, on one node where one has enough.
 */
export function plannedBlocks(
  snapshot: TuningSnapshot,
  actions: readonly { kind: string; subject: string }[],
  held: ReadonlyMap<string, readonly string[]>,
  now: number,
): Plan['planned'] {
  const sweeps = new Map(snapshot.sweeps.map((sweep) => [sweep.id, sweep]))
  const freeAt = new Map<string, number>()
  for (const node of snapshot.nodes) {
    if (node.state === 'alive' && node.scheduling === 'open')
      for (const gpu of node.gpus) freeAt.set(gpu.id, now)
  }
  const occupy = (gpuId: string, until: number) => {
    if (freeAt.has(gpuId)) freeAt.set(gpuId, until)
  }
  for (const lease of snapshot.leases) occupy(lease.gpuId, lease.releasedAt?.p50 ?? Number.POSITIVE_INFINITY)
  for (const [id, gpus] of held) {
    const sweep = sweeps.get(id)
    if (sweep !== undefined) for (const gpu of gpus) occupy(gpu, now + expectedSeconds(sweep, 'p50'))
  }
  const holds = (actions as readonly Hold[])
    .filter(
      (action) => action.kind === 'hold' && action.subject === 'sweep' && action.expectedStart !== undefined,
    )
    .sort((a, b) => a.expectedStart!.p50 - b.expectedStart!.p50 || (a.id < b.id ? -1 : 1))
  const planned: Plan['planned'][number][] = []
  for (const hold of holds) {
    const sweep = sweeps.get(hold.id)!
    const start = hold.expectedStart!
    const ready = (gpuIds: readonly string[]) =>
      gpuIds
        .filter((id) => freeAt.has(id) && freeAt.get(id)! <= start.p50 + 1e-6)
        .sort((a, b) => freeAt.get(b)! - freeAt.get(a)!)
    const nodes = snapshot.nodes.map((node) => ready(node.gpus.map((gpu) => gpu.id)))
    const one = nodes.filter((gpus) => gpus.length >= sweep.gpus).sort((a, b) => a.length - b.length)[0]
    const chosen = (one ?? (sweep.spread ? [...nodes].sort((a, b) => b.length - a.length).flat() : [])).slice(
      0,
      sweep.gpus,
    )
    if (chosen.length < sweep.gpus) continue
    const left = sweep.remaining ?? { p10: 0, p50: expectedSeconds(sweep, 'p50'), p90: 0 }
    for (const gpu of chosen) freeAt.set(gpu, start.p50 + left.p50)
    planned.push({
      sweepId: sweep.id,
      gpuIds: chosen.sort(),
      start,
      end: {
        p10: start.p10 + left.p10,
        p50: start.p50 + left.p50,
        p90: start.p90 + Math.max(left.p50, left.p90),
      },
    })
  }
  return planned
}
