import type { Hold } from '../model/plan'
import type { SweepWork, TuningSnapshot } from '../model/snapshot'
import type { FreeNode } from './free-gpus'

/**
 * The cheapest change that would start a held sweep (rule P22): ending a drain or cordon costs nothing, fewer GPUs cost
 * time, a priority costs others their turn, a node costs money. None where a person paused it.
 *
 * @param free GPUs that nobody holds after the plan
 * @param needBytes memory that each of its GPUs must have
 */
export function unblock(
  sweep: SweepWork,
  snapshot: TuningSnapshot,
  free: readonly FreeNode[],
  needBytes: number,
): Hold['unblock'] {
  if (sweep.paused) return undefined
  const taken = new Set(snapshot.leases.map((lease) => lease.gpuId))
  const closed = snapshot.nodes.filter((node) => node.state === 'alive' && node.scheduling !== 'open')
  const counts = free.map(({ gpus }) => gpus.filter((gpu) => gpu.memoryBytes >= needBytes).length)
  const available = sweep.spread ? counts.reduce((sum, count) => sum + count, 0) : Math.max(0, ...counts)
  for (const node of closed) {
    const extra = node.gpus.filter((gpu) => !taken.has(gpu.id) && gpu.memoryBytes >= needBytes).length
    const enough = sweep.spread ? available + extra >= sweep.gpus : extra >= sweep.gpus
    if (enough)
      return { action: 'end-drain', target: node.id, effect: `${node.name} has ${extra} free: it starts now` }
  }
  const chunks = Math.floor(available / sweep.gpusPerExecutor) * sweep.gpusPerExecutor
  if (chunks > 0 && chunks < sweep.gpus) {
    const slower = (sweep.gpus / chunks).toFixed(1)
    return {
      action: 'ask-gpus',
      target: String(chunks),
      effect: `starts now and takes up to ${slower} times as long`,
    }
  }
  const sweeps = new Map(snapshot.sweeps.map((other) => [other.id, other]))
  const holders = snapshot.leases.flatMap((lease) =>
    lease.holder.kind === 'sweep' ? (sweeps.get(lease.holder.id) ?? []) : [],
  )
  const victims = holders
    .filter((holder) => holder.gpus >= sweep.gpus)
    .sort((a, b) => a.priority - b.priority)
  if (victims.length > 0) {
    const [victim] = victims
    const priority = victim!.priority + 1
    if (priority > sweep.priority) {
      return {
        action: 'raise-priority',
        target: String(priority),
        effect: `${victim!.name} is parked for it at the next step`,
      }
    }
  }
  const missing = sweep.gpus - available
  if (missing <= 0) return undefined
  return {
    action: 'add-node',
    target: String(sweep.spread ? missing : sweep.gpus),
    effect: 'starts when a node with so many free GPUs joins',
  }
}
