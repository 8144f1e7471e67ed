import type { HoldReason } from '../model/reasons'
import type { SweepWork, TuningSnapshot } from '../model/snapshot'
import { fairShares } from './classes'
import type { FreeNode } from './free-gpus'

/**
 * All reasons why a sweep gets no gang now (rule P5 of `docs/spec/placement.md`), the hardest first. Empty only where
 * nothing of the cluster stands in its way.
 *
 * @param free GPUs that nobody holds after what this plan already granted
 * @param needBytes memory that each of its GPUs must have
 * @param order all waiting sweeps, who comes first at the front
 * @param held GPUs of each sweep that runs
 */
export function holdSweep(
  sweep: SweepWork,
  snapshot: TuningSnapshot,
  free: readonly FreeNode[],
  needBytes: number,
  order: readonly SweepWork[],
  held: ReadonlyMap<string, readonly string[]>,
): HoldReason[] {
  const reasons: HoldReason[] = []
  const add = (code: HoldReason['code'], message: string, requested: number, available: number) =>
    reasons.push({ code, message, requested, available })
  if (sweep.paused) add('paused-by-user', 'Paused by a person; it starts when it is resumed.', sweep.gpus, 0)

  const { nodes } = snapshot
  if (nodes.length === 0) {
    add('no-agent', 'No node has joined the cluster yet.', sweep.gpus, 0)
    return reasons
  }
  const all = nodes.flatMap((node) => node.gpus)
  const fitting = all.filter((gpu) => gpu.memoryBytes >= needBytes).length
  const widest = Math.max(...nodes.map((node) => node.gpus.length))
  const needs = `Needs ${gpuCount(sweep.gpus)}`
  if (all.length < sweep.gpus) {
    add('gpus-missing', `${needs} and the cluster has ${all.length}.`, sweep.gpus, all.length)
  } else if (!sweep.spread && widest < sweep.gpus) {
    add('node-too-small', `${needs} on one node and the largest node has ${widest}.`, sweep.gpus, widest)
  }
  if (fitting < sweep.gpus && all.length >= sweep.gpus) {
    const largest = Math.max(...all.map((gpu) => gpu.memoryBytes))
    add(
      'memory',
      `Needs ${gigabytes(needBytes)} on each of ${gpuCount(sweep.gpus)} and the largest GPU has ${gigabytes(largest)}.`,
      needBytes,
      largest,
    )
  }
  for (const node of nodes) {
    if (node.state !== 'alive') {
      const message = `${node.name} does not answer; its ${gpuCount(node.gpus.length)} cannot be granted.`
      add('node-unreachable', message, sweep.gpus, 0)
    } else if (node.scheduling !== 'open') {
      const message = `${node.name} is ${node.scheduling === 'draining' ? 'being drained' : 'cordoned'}; its ${gpuCount(node.gpus.length)} take nothing new.`
      add('node-drained', message, sweep.gpus, 0)
    }
  }
  const counts = free.map(({ gpus }) => gpus.filter((gpu) => gpu.memoryBytes >= needBytes).length)
  const available = sweep.spread ? counts.reduce((sum, count) => sum + count, 0) : Math.max(0, ...counts)
  if (available < sweep.gpus) {
    const message = sweep.spread
      ? `${needs} and ${available} ${available === 1 ? 'is' : 'are'} free.`
      : `${needs} on one node and at most ${available} ${available === 1 ? 'is' : 'are'} free on one.`
    add('gpus-busy', message, sweep.gpus, available)
  }
  const span = sweep.gpusPerExecutor
  const whole = counts.reduce((sum, count) => sum + count - (count % span), 0)
  if (sweep.spread && available >= sweep.gpus && whole < sweep.gpus && widest >= span) {
    const message = `${needs}, ${span} on one node for each executor, and ${available} are free in smaller pieces.`
    add('gpus-busy', message, sweep.gpus, whole)
  }
  const { share, used } = fairShares(snapshot, held)
  const right = share.get(sweep.projectId)
  const holds = used.get(sweep.projectId) ?? 0
  if (right !== undefined && holds + sweep.gpus > right) {
    const project =
      snapshot.shares.find(({ projectId }) => projectId === sweep.projectId)?.name ?? sweep.projectId
    const message = `Project ${project} holds ${gpuCount(holds)} and its share is ${right.toFixed(1)}.`
    add('fair-share', message, holds + sweep.gpus, Math.floor(right))
  }
  if (reasons.length === 0) {
    const before = order.slice(0, order.indexOf(sweep)).filter((other) => !held.has(other.id))
    const names =
      before.length === 0
        ? 'others'
        : before
            .slice(0, 3)
            .map((other) => other.name)
            .join(', ')
    const message = `${available} GPUs are free, and a shorter plan for all keeps them for ${names}.`
    add('priority', message, sweep.gpus, available)
  }
  return reasons
}

function gpuCount(count: number): string {
  return count === 1 ? '1 GPU' : `${count} GPUs`
}

function gigabytes(bytes: number): string {
  return `${Math.round(bytes / 1e9)} GB`
}
