import type { Choice, Policy } from '../choice'
import { FreeGpus } from '../free-gpus'
import type { RequestView } from '../snapshot'
import { type ImageBatch, type ImagePlan, planImageBatches } from './genserve-images'
import { packVideos, type VideoPacking } from './genserve-videos'
import { atBoundary } from './in-order'

/**
 * GENSERVE as published (arXiv 2604.04335, sections on the solver): for each image budget an EDF batching plan, for
 * each video at most four candidates, a knapsack over videos and GPUs, and the best split of the GPUs between both by
 * (on time, closeness to the deadline). Its holes are kept: holding is worth nothing, slack leaves encode and decode
 * out, late requests keep competing, nothing looks ahead. Where the paper is silent: a round divides the GPUs that are at
 * a boundary; a batch of images runs to its end, starts at once instead of lingering, and a decode keeps its GPU.
 */
export const genserve: Policy = (snapshot, now) => {
  const free = new FreeGpus(snapshot.gpus, now)
  const run: Choice[] = []
  const start = (requests: readonly RequestView[], gpus: readonly number[]): void => {
    free.take(gpus)
    run.push({ requests, gpus, rule: 'S17' })
  }
  const boundary = atBoundary(snapshot, now)
  for (const { requests, gpu } of startedBatches(boundary, free, now)) {
    const own = gpu !== undefined && free.isFree(gpu) ? [gpu] : free.pick(1)
    if (own) start(requests, own)
  }
  const queued: RequestView[] = []
  for (const request of boundary) {
    if (request.shape.kind === 'image') {
      if (request.lastEndMs === undefined) queued.push(request)
    } else if (request.stage === 'decode') {
      const own = free.pick(1, request.gpus)
      if (own) start([request], own)
    }
  }
  if (free.count === 0) return { run }

  const pool = snapshot.gpus.map((_, gpu) => gpu).filter((gpu) => free.isFree(gpu))
  const size = pool.length
  const videos = boundary.filter((request) => request.shape.kind === 'video' && request.stage !== 'decode')
  const packing = packVideos(videos, pool, snapshot.gpus, now)
  const images = planImageBatches(queued, size, now)
  const best = bestSplit(packing, images)
  for (const { request, gpus } of packing.choose(best)) {
    start([request], request.stage === 'denoise' ? gpus : gpus.slice(0, 1))
  }
  const left = pool.filter((gpu) => free.isFree(gpu))
  startImages(images[size - best]!.batches, left, start)
  return { run }
}

/**
 * GPUs for videos: most on time; at a tie more images on time, since a video with slack gives way to a queued image
 * (the published preemption); then the higher sum of 1/(1 + |slack|).
 */
function bestSplit(packing: VideoPacking, images: readonly ImagePlan[]): number {
  const size = images.length - 1
  let best = 0
  let bestScore: readonly [number, number, number] = [-1, -1, -1]
  for (let budget = 0; budget <= size; budget++) {
    const plan = images[size - budget]!
    if (packing.onTime(budget) < 0) continue
    const onTime = packing.onTime(budget) + plan.onTime
    const score = [onTime, plan.onTime, packing.closeness(budget) + plan.closeness] as const
    if (!exceeds(score, bestScore)) continue
    best = budget
    bestScore = score
  }
  return best
}

/** Lexicographically greater; the last part by more than rounding. */
function exceeds(a: readonly [number, number, number], b: readonly [number, number, number]): boolean {
  if (a[0] !== b[0]) return a[0] > b[0]
  if (a[1] !== b[1]) return a[1] > b[1]
  return a[2] > b[2] + 1e-12
}

function startImages(
  batches: readonly ImageBatch[],
  gpus: readonly number[],
  start: (requests: readonly RequestView[], gpus: readonly number[]) => void,
): void {
  for (const [place, gpu] of gpus.entries()) {
    const batch = batches[place]
    if (batch) start(batch.requests, [gpu])
  }
}

/**
 * Batches that began together on one GPU go on together to their end. Images that another policy left paused, or on a
 * GPU that is not theirs any more, go on alone where they find one.
 */
function startedBatches(boundary: readonly RequestView[], free: FreeGpus, now: number): Group[] {
  const together = new Map<string, Group>()
  const alone: Group[] = []
  for (const request of boundary) {
    if (request.shape.kind !== 'image' || request.lastEndMs === undefined) continue
    const gpu = request.gpus[0]!
    if (request.lastEndMs !== now || !free.isFree(gpu)) alone.push({ requests: [request], gpu: undefined })
    else {
      const key = `${gpu}/${request.shape.key}/${request.stage}/${request.stepsDone}`
      const group = together.get(key)
      if (group) group.requests.push(request)
      else together.set(key, { requests: [request], gpu })
    }
  }
  const groups = [...together.values()].flatMap((group): Group[] => {
    const { requests } = group
    const profiled = requests[0]!.shape.modes.some((mode) => mode.batch === requests.length)
    return profiled ? [group] : requests.map((request) => ({ requests: [request], gpu: undefined }))
  })
  return [...groups, ...alone]
}

interface Group {
  requests: RequestView[]
  gpu: number | undefined
}
