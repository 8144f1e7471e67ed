import type { Choice, Policy } from '../choice'
import { FreeGpus } from '../free-gpus'
import type { Mode } from '../profile'
import { fastestMs, remainingGpuMs, remainingMs } from '../remaining'
import type { RequestView } from '../snapshot'
import { atBoundary, nodeSize } from './in-order'

/**
 * TetriServe's rule (ASPLOS 2026), which its authors gave for images, carried over to videos: each request asks for
 * the degree of least GPU time that still meets its deadline; a knapsack packs requests into the free GPUs so that as
 * few as possible are surely late afterwards; what is left goes to late requests and then widens what runs. Its
 * rounds have a fixed length; with steps of 0.03 to 1 s a round is each boundary instead, and "afterwards" is one
 * longest narrow step later.
 */
export const tetriserve: Policy = (snapshot, now) => {
  const free = new FreeGpus(snapshot.gpus, now)
  const widest = nodeSize(snapshot)
  const roundMs = longestStepMs(snapshot.requests)
  const asks: Ask[] = []
  const late: RequestView[] = []
  for (const request of atBoundary(snapshot, now)) {
    const mode = cheapestOnTime(request, widest, now)
    if (!mode) late.push(request)
    else {
      const canWait = now + roundMs + fastestMs(request, now, widest) <= request.deadlineMs
      asks.push({ request, width: request.stage === 'denoise' ? mode.sp : 1, canWait })
    }
  }
  asks.sort((a, b) => a.request.deadlineMs - b.request.deadlineMs)
  const run: { request: RequestView; gpus: number[] }[] = []
  const start = (request: RequestView, width: number): void => {
    const gpus = free.pick(width, request.gpus)
    if (!gpus) return
    free.take(gpus)
    run.push({ request, gpus })
  }
  for (const { request, width } of pack(asks, free.count)) start(request, width)
  // What the knapsack could leave waiting still uses GPUs that would idle, then late requests do.
  const started = new Set(run.map(({ request }) => request))
  for (const { request, width } of asks) if (!started.has(request)) start(request, width)
  late.sort((a, b) => fastestMs(a, now, widest) - fastestMs(b, now, widest))
  for (const request of late) start(request, 1)
  for (const choice of run) widen(choice, free, widest)
  return { run: run.map(({ request, gpus }): Choice => ({ requests: [request], gpus, rule: 'S16' })) }
}

interface Ask {
  request: RequestView
  width: number
  /** True where it can still be on time when it gets nothing in this round. */
  canWait: boolean
}

/** Most requests not surely late, then the most work of the earliest deadlines; asks in order of deadline. */
function pack(asks: readonly Ask[], gpus: number): Ask[] {
  const pressing = asks.filter((ask) => !ask.canWait)
  // saved[i][g]: most pressing requests among the first i on g GPUs.
  const saved = [new Array<number>(gpus + 1).fill(0)]
  for (const [index, { width }] of pressing.entries()) {
    const before = saved[index]!
    saved.push(before.map((value, g) => Math.max(value, g >= width ? before[g - width]! + 1 : 0)))
  }
  const chosen = new Set<Ask>()
  let left = gpus
  for (let index = pressing.length; index > 0; index--) {
    if (saved[index]![left] === saved[index - 1]![left]) continue
    chosen.add(pressing[index - 1]!)
    left -= pressing[index - 1]!.width
  }
  for (const ask of asks) {
    if (!ask.canWait || ask.width > left) continue
    chosen.add(ask)
    left -= ask.width
  }
  return asks.filter((ask) => chosen.has(ask))
}

function cheapestOnTime(request: RequestView, widest: number, now: number): Mode | undefined {
  let cheapest: Mode | undefined
  let least = Number.POSITIVE_INFINITY
  for (const mode of request.shape.modes) {
    if (mode.batch > 1 || mode.sp > widest) continue
    if (now + remainingMs(request, mode, now) > request.deadlineMs) continue
    const cost = remainingGpuMs(request, mode, now)
    if (cost < least - 1e-6) {
      cheapest = mode
      least = cost
    }
  }
  return cheapest
}

/** Idle GPUs of its node widen a request to its next degrees while its steps become shorter. */
function widen(choice: { request: RequestView; gpus: number[] }, free: FreeGpus, widest: number): void {
  const { request } = choice
  if (request.stage !== 'denoise') return
  for (const mode of [...request.shape.modes].reverse()) {
    const current = request.shape.modes.find((candidate) => candidate.sp === choice.gpus.length)
    if (!current || mode.sp <= current.sp || mode.sp > widest || mode.stepMs >= current.stepMs) continue
    const more = free.beside(choice.gpus[0]!, mode.sp - current.sp)
    if (!more) continue
    free.take(more)
    choice.gpus.push(...more)
    return
  }
}

function longestStepMs(requests: readonly RequestView[]): number {
  let longest = 0
  for (const { shape } of requests) longest = Math.max(longest, shape.base.stepMs)
  return longest
}
