import type { NodeView } from '../model/cluster'

/**
 * Where executors of `span` GPUs go among the GPUs that have none (rules K3 and K15): on one node each; only where no
 * node of the cluster has so many GPUs, on several, filled one after the other.
 *
 * @param bare ids of the GPUs that have none
 * @returns ids of the GPUs of each executor, those of one node together
 */
export function executorSites(
  bare: ReadonlySet<string>,
  span: number,
  nodes: readonly NodeView[],
): string[][] {
  const alive = nodes.filter((node) => node.state === 'alive')
  const here = alive.map((node) => node.gpus.filter((gpu) => bare.has(gpu.id)).map((gpu) => gpu.id))
  const fits = nodes.some((node) => node.gpus.length >= span)
  return (fits ? here : [here.flat()]).flatMap((gpus) => inChunks(gpus, span))
}

function inChunks(gpus: readonly string[], size: number): string[][] {
  const count = Math.floor(gpus.length / size)
  return Array.from({ length: count }, (_, index) => gpus.slice(index * size, (index + 1) * size))
}
