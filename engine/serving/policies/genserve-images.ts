import type { RequestView } from '../snapshot'

export interface ImageBatch {
  requests: readonly RequestView[]
}

export interface ImagePlan {
  batches: readonly ImageBatch[]
  onTime: number
  /** Sum of 1/(1 + slack in seconds), slack cut at 0. */
  closeness: number
}

/**
 * For each number of GPUs from 0 to `gpus` the published EDF batching plan: the earliest deadline opens a batch, which
 * grows by images of its resolution, in order of deadline, while the profiled latency of the larger batch keeps every
 * member on time.
 *
 * @param queued images that have not started
 */
export function planImageBatches(queued: readonly RequestView[], gpus: number, now: number): ImagePlan[] {
  const plans: ImagePlan[] = [{ batches: [], onTime: 0, closeness: 0 }]
  for (let budget = 1; budget <= gpus; budget++) plans.push(planOn(queued, budget, now))
  return plans
}

/** Batches in order of deadline, each on the GPU that is free first; those that start now come first. */
function planOn(queued: readonly RequestView[], budget: number, now: number): ImagePlan {
  const waiting = [...queued].sort((a, b) => a.deadlineMs - b.deadlineMs)
  const freeAt = new Array<number>(budget).fill(now)
  const batches: ImageBatch[] = []
  let onTime = 0
  let closeness = 0
  while (waiting.length > 0) {
    const gpu = freeAt.indexOf(Math.min(...freeAt))
    const startMs = freeAt[gpu]!
    const batch = takeBatch(waiting, startMs)
    const endMs = startMs + batchMs(batch[0]!, batch.length)!
    freeAt[gpu] = endMs
    if (startMs === now) batches.push({ requests: batch })
    for (const { deadlineMs } of batch) {
      if (deadlineMs >= endMs) onTime++
      closeness += 1 / (1 + Math.max(0, deadlineMs - endMs) / 1000)
    }
  }
  return { batches, onTime, closeness }
}

function takeBatch(waiting: RequestView[], now: number): RequestView[] {
  const onTime = (request: RequestView): boolean => now + batchMs(request, 1)! <= request.deadlineMs
  const head = waiting.find(onTime) ?? waiting[0]!
  let batch = [head]
  const alike = waiting.filter((request) => request.shape === head.shape && request.steps === head.steps)
  for (const mode of head.shape.modes) {
    const larger = alike.slice(0, mode.batch)
    if (larger.length < mode.batch) break
    const endMs = now + batchMs(head, mode.batch)!
    if (mode.batch > 1 && !larger.every((request) => request.deadlineMs >= endMs)) break
    batch = larger
  }
  for (const request of batch) waiting.splice(waiting.indexOf(request), 1)
  return batch
}

/** Profiled time of a whole batch; undefined where its size was not profiled. */
function batchMs(head: RequestView, batch: number): number | undefined {
  const mode = head.shape.modes.find((mode) => mode.batch === batch)
  return mode && mode.encodeMs + head.steps * mode.stepMs + mode.decodeMs
}
