import type { NodeView } from '../model/cluster'
import type { PlaceExecutor } from '../model/plan'
import type { ExecutorView, SweepWork, TuningPolicy } from '../model/snapshot'
import { gpuBytes, packedRun } from './executor-room'
import { executorSites } from './executor-sites'

/**
 * Executors for those GPUs of a sweep on which none stands: as few as possible share a node border, each with as many
 * slots as memory allows for its smaller runs, at most its share of the runs that are left (rule K3).
 *
 * @param gpuIds all GPUs that the sweep holds
 * @param live runs that train or may train
 */
export function placeExecutors(
  sweep: SweepWork,
  gpuIds: readonly string[],
  executors: readonly ExecutorView[],
  nodes: readonly NodeView[],
  live: readonly string[],
  policy: TuningPolicy,
): PlaceExecutor[] {
  if (live.length === 0) return []
  const covered = new Set(executors.flatMap((executor) => executor.gpuIds))
  const bare = new Set(gpuIds.filter((id) => !covered.has(id)))
  const names = new Set(executors.map((executor) => executor.id))
  const gangs = Math.max(1, Math.floor(gpuIds.length / sweep.gpusPerExecutor))
  const share = Math.max(1, Math.ceil(live.length / gangs))
  const placed: PlaceExecutor[] = []
  let number = 0
  for (const chosen of executorSites(bare, sweep.gpusPerExecutor, nodes)) {
    const budget = gpuBytes(chosen, nodes) * (1 - policy.memoryMargin) - sweep.memory.backboneBytes
    const slots = Math.min(policy.maxSlots, share, slotsByMemory(sweep, live, budget))
    if (slots < 1) continue
    while (names.has(`${sweep.id}/x${number}`)) number += 1
    const executorId = `${sweep.id}/x${number}`
    names.add(executorId)
    placed.push({
      kind: 'place',
      subject: 'executor',
      executorId,
      sweepId: sweep.id,
      baseModel: sweep.baseModel,
      gpuIds: chosen,
      slots,
      maxLength: sweep.maxLength,
      why: {
        rule: 'K3',
        message: `${slots} ${slots === 1 ? 'slot' : 'slots'} on ${chosen.join(', ')}: ${live.length} runs are left for ${gangs} ${gangs === 1 ? 'executor' : 'executors'}.`,
      },
    })
  }
  return placed
}

/** How many of the runs fit beside each other, the smallest first. */
function slotsByMemory(sweep: SweepWork, live: readonly string[], budgetBytes: number): number {
  const wanted = new Set(live)
  const sizes = sweep.view.runs
    .filter((run) => wanted.has(run.id))
    .map((run) => packedRun(sweep, run.id, run.params).bytes)
    .sort((a, b) => a - b)
  let used = 0
  let slots = 0
  for (const bytes of sizes) {
    used += bytes
    if (used > budgetBytes) break
    slots += 1
  }
  return slots
}
