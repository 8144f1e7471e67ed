import { runMemoryBytes } from '../estimate/memory'
import type { SweepWork } from '../model/snapshot'

/** Memory that a GPU needs so that the smallest run of the sweep can train on it, the margin included. */
export function minimumGpuBytes(sweep: SweepWork, memoryMargin: number): number {
  let smallest = Number.POSITIVE_INFINITY
  for (const run of sweep.view.runs) {
    smallest = Math.min(smallest, runMemoryBytes(sweep.memory, run.params, sweep.maxLength))
  }
  const bytes = sweep.memory.backboneBytes + (Number.isFinite(smallest) ? smallest : 0)
  return bytes / sweep.gpusPerExecutor / (1 - memoryMargin)
}
