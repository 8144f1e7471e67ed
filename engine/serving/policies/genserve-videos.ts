import { workLeft } from '../remaining'
import type { RequestView, ServingGpu } from '../snapshot'

export interface VideoPick {
  request: RequestView
  gpus: readonly number[]
}

export interface VideoPacking {
  /** Videos on time with exactly this many GPUs; −1 where no packing uses exactly that many. */
  onTime(budget: number): number
  closeness(budget: number): number
  choose(budget: number): VideoPick[]
}

/** One path of the knapsack: only the best one is kept per (video, GPUs used), as published. */
interface Path {
  onTime: number
  closeness: number
  used: ReadonlySet<number>
  pick?: VideoPick
  before?: Path
}

/**
 * The published knapsack: over videos in order of arrival and GPUs used, each video with at most four candidates
 * (hold, and for a running one continue, widen, narrow; for a waiting one three degrees on GPUs that the path has
 * left), scored by (recoverable, 1/(1 + |laxity|)). Hold scores nothing.
 */
export function packVideos(
  videos: readonly RequestView[],
  pool: readonly number[],
  gpus: readonly ServingGpu[],
  now: number,
): VideoPacking {
  const preferred = victimsLast(videos, pool, now)
  let paths: (Path | undefined)[] = [{ onTime: 0, closeness: 0, used: new Set() }]
  for (const request of videos) {
    const next: (Path | undefined)[] = [...paths]
    for (const [used, path] of paths.entries()) {
      if (!path) continue
      for (const set of candidates(request, path.used, preferred, gpus, now)) {
        const laxity = laxitySeconds(request, set.length, now)
        const onTime = path.onTime + (laxity >= 0 ? 1 : 0)
        const closeness = path.closeness + 1 / (1 + Math.abs(laxity))
        const total = used + set.length
        const rival = next[total]
        if (rival && (rival.onTime > onTime || (rival.onTime === onTime && rival.closeness >= closeness)))
          continue
        next[total] = {
          onTime,
          closeness,
          used: new Set([...path.used, ...set]),
          pick: { request, gpus: set },
          before: path,
        }
      }
    }
    paths = next
  }
  return {
    onTime: (budget) => paths[budget]?.onTime ?? -1,
    closeness: (budget) => paths[budget]?.closeness ?? 0,
    choose: (budget) => {
      const picks: VideoPick[] = []
      for (let path = paths[budget]; path; path = path.before) if (path.pick) picks.push(path.pick)
      return picks.reverse()
    },
  }
}

/** Deadline − end of the steps at this degree, seconds; encode and decode are left out, as published. */
function laxitySeconds(request: RequestView, degree: number, now: number): number {
  const mode = request.shape.modes.find((mode) => mode.sp === degree)!
  const endMs = now + workLeft(request, now).steps * mode.stepMs
  return (request.deadlineMs - endMs) / 1000
}

/** GPU sets that the video could hold next beside what the path has taken; hold is the path itself. */
function candidates(
  request: RequestView,
  used: ReadonlySet<number>,
  preferred: readonly number[],
  gpus: readonly ServingGpu[],
  now: number,
): number[][] {
  const degrees = request.shape.modes.map((mode) => mode.sp)
  const sets: number[][] = []
  const current = request.gpus
  const running = request.lastEndMs === now && request.stepsDone > 0
  if (running && current.every((gpu) => preferred.includes(gpu))) {
    if (current.some((gpu) => used.has(gpu))) return []
    const place = degrees.indexOf(current.length)
    sets.push([...current])
    const wider = degrees[place + 1]
    const widened = wider === undefined ? undefined : fill(wider, current, used, preferred, gpus)
    if (widened) sets.push(widened)
    const narrower = degrees[place - 1]
    if (narrower !== undefined) sets.push(current.slice(0, narrower))
    return sets
  }
  for (const degree of degrees.slice(0, 3)) {
    const leader = request.gpus.filter((gpu) => !used.has(gpu) && preferred.includes(gpu)).slice(0, degree)
    const set = fill(degree, leader, used, preferred, gpus)
    if (set) sets.push(set)
  }
  return sets
}

/** `base` filled up to `width` with GPUs of one node that the path has left, in order of preference. */
function fill(
  width: number,
  base: readonly number[],
  used: ReadonlySet<number>,
  preferred: readonly number[],
  gpus: readonly ServingGpu[],
): number[] | undefined {
  const leaders = base.length > 0 ? [base[0]!] : preferred.filter((gpu) => !used.has(gpu))
  for (const leader of leaders) {
    const node = gpus[leader]!.node
    const set = base.length > 0 ? base.filter((gpu) => gpus[gpu]!.node === node) : []
    for (const gpu of preferred) {
      if (set.length >= width) break
      if (gpus[gpu]!.node === node && !used.has(gpu) && !set.includes(gpu)) set.push(gpu)
    }
    if (set.length === width) return set
  }
  return undefined
}

/** Idle GPUs first, then those of running videos, the one with most slack first: the published choice of victims. */
function victimsLast(videos: readonly RequestView[], pool: readonly number[], now: number): number[] {
  const slackOf = new Map<number, number>()
  for (const request of videos) {
    if (request.lastEndMs !== now) continue
    const slack = laxitySeconds(request, request.gpus.length, now)
    for (const gpu of request.gpus) slackOf.set(gpu, slack)
  }
  const rank = (gpu: number): number => slackOf.get(gpu) ?? Number.POSITIVE_INFINITY
  return [...pool].sort((a, b) => (rank(a) === rank(b) ? a - b : rank(b) - rank(a)))
}
