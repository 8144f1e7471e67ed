import type { NodeView } from '../model/cluster'
import type { MemoryModel } from '../model/snapshot'

/** Of the memory that plans may use, what a backbone takes at most; the rest is for the runs. */
const BACKBONE_SHARE = 0.8

/**
 * GPUs that an executor of a sweep spans (rule K13): as few as hold the backbone in four fifths of what plans may use,
 * one where it fits or nothing is known, and never more than the sweep has asked for.
 *
 * @param gpus that the sweep has asked for
 */
export function gpusPerExecutor(
  memory: MemoryModel,
  nodes: readonly NodeView[],
  gpus: number,
  memoryMargin: number,
): number {
  const largest = Math.max(0, ...nodes.flatMap((node) => node.gpus.map(({ memoryBytes }) => memoryBytes)))
  const usable = largest * (1 - memoryMargin) * BACKBONE_SHARE
  if (usable === 0 || memory.backboneBytes <= usable) return 1
  return Math.min(gpus, Math.ceil(memory.backboneBytes / usable))
}
