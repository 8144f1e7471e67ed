import type { GpuView } from '../model/cluster'
import type { FreeNode } from './free-gpus'

/** What a gang asks of its GPUs. */
export interface GangNeed {
  count: number
  /** False where all lie on one node. */
  spread: boolean
  /** GPUs of one executor: each node gives a multiple of it, unless no node has so many. */
  chunk: number
  /** Memory that each GPU must have. */
  minimumBytes: number
}

/**
 * Picks a gang of GPUs, whole or not at all (rules P2 and P3 of `docs/spec/placement.md`): the one node that is left
 * fullest, so that whole nodes stay free for wide gangs; only where no node is enough and `spread` allows it, several
 * nodes, the emptiest first, so that the gang lies on as few as possible.
 *
 * @returns ids of the GPUs, or `null` where the gang does not fit
 */
export function chooseGpus(free: readonly FreeNode[], need: GangNeed): readonly string[] | null {
  const { count, spread, chunk, minimumBytes } = need
  const usable = free.map(({ gpus }) => gpus.filter((gpu) => gpu.memoryBytes >= minimumBytes))
  let tightest: readonly GpuView[] | null = null
  for (const gpus of usable) {
    if (gpus.length >= count && (tightest === null || gpus.length < tightest.length)) tightest = gpus
  }
  if (tightest !== null) return tightest.slice(0, count).map((gpu) => gpu.id)
  if (!spread) return null
  // An executor that no node holds lies on several: then every GPU will do.
  const unit = free.some(({ node }) => node.gpus.length >= chunk) ? chunk : 1
  const chosen = [...usable]
    .sort((a, b) => b.length - a.length)
    .flatMap((gpus) => gpus.slice(0, gpus.length - (gpus.length % unit)))
    .slice(0, count)
  return chosen.length === count ? chosen.map((gpu) => gpu.id) : null
}
