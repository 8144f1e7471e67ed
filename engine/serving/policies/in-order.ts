import type { Choice, Policy } from '../choice'
import { FreeGpus } from '../free-gpus'
import type { RequestView, ServingSnapshot } from '../snapshot'

export interface OrderedPolicy {
  /** Ascending: the lowest key goes first; ties go to the earlier arrival. */
  key: (request: RequestView, now: number) => number
  /** False: what has begun its steps keeps its GPUs to its end. */
  preempts: boolean
  /** SP degree of a request's steps, the same for its whole life; cut to the widest node. */
  degree: (request: RequestView) => number
  rule: string
}

/**
 * Requests in order of one key onto free GPUs, each at its own fixed degree: the family of simple baselines. The
 * first that does not fit blocks those behind it, as a queue does; among one-GPU requests that changes nothing.
 */
export function inOrder({ key, preempts, degree, rule }: OrderedPolicy): Policy {
  return (snapshot, now) => {
    const free = new FreeGpus(snapshot.gpus, now)
    const widestNode = nodeSize(snapshot)
    const queue = atBoundary(snapshot, now).map((request, place) => ({
      request,
      rank: preempts ? 0 : begun(request),
      key: key(request, now),
      place,
    }))
    queue.sort((a, b) => a.rank - b.rank || a.key - b.key || a.place - b.place)
    const run: Choice[] = []
    // A group that is being encoded for will need the GPUs beside it: nobody behind it may take them.
    const kept = preempts
      ? 0
      : keptForGroups(snapshot, (request) => Math.min(degree(request), widestNode), now)
    for (const { request, rank } of queue) {
      if (rank === NOT_STARTED && free.count <= kept) break
      const width = request.stage === 'denoise' ? Math.min(degree(request), widestNode) : 1
      const gpus = free.pick(width, request.gpus)
      if (!gpus) break
      free.take(gpus)
      run.push({ requests: [request], gpus, rule })
    }
    return { run }
  }
}

/** Requests about which this round can decide, in order of arrival. */
export function atBoundary(snapshot: ServingSnapshot, now: number): RequestView[] {
  return snapshot.requests.filter(
    (request) => request.busyUntilMs === undefined || request.busyUntilMs <= now,
  )
}

/** GPUs of the largest node: no SP group is wider. */
export function nodeSize(snapshot: ServingSnapshot): number {
  const sizes = new Map<number, number>()
  for (const { node } of snapshot.gpus) sizes.set(node, (sizes.get(node) ?? 0) + 1)
  return Math.max(...sizes.values())
}

function keptForGroups(
  snapshot: ServingSnapshot,
  degree: (request: RequestView) => number,
  now: number,
): number {
  let kept = 0
  for (const request of snapshot.requests) {
    const encodes =
      request.stage === 'encode' && request.busyUntilMs !== undefined && request.busyUntilMs > now
    if (encodes) kept += degree(request) - 1
  }
  return kept
}

const NOT_STARTED = 2

/** 0: in its steps or after them, keeps what it has. 1: encoded, next in line for its group. 2: not started. */
function begun(request: RequestView): number {
  if (request.stepsDone > 0) return 0
  return request.lastEndMs === undefined ? NOT_STARTED : 1
}
