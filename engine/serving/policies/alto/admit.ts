import { cheapestGpuMs } from '../../remaining'
import type { ServingSnapshot } from '../../snapshot'
import type { Job } from './job'

/** Share of the GPU time up to a deadline that can be promised: steps end apart and groups wait for each other. */
const USABLE = 0.8

/** Below this many arrivals a rate says nothing. */
const FEWEST_ARRIVALS = 8

export interface Admission {
  /** Counted on to be on time, in order of deadline. */
  promised: Job[]
  /** Could be on time but at the price of cheaper ones, the cheapest first. */
  setAside: Job[]
  /** No degree meets their deadline, the nearest to its end first. */
  late: Job[]
}

/**
 * Who competes for GPUs. In order of deadline, requests are promised their GPU time; where the promises up to a
 * deadline, with what will likely arrive and cost less, exceed the GPUs' time until then, the request that takes most
 * GPU time per weight is set aside (Moore 1968 for unit weights on one machine).
 */
export function admit(jobs: readonly Job[], snapshot: ServingSnapshot, now: number): Admission {
  const late: Job[] = []
  const open: Job[] = []
  for (const job of jobs) (job.needed ? open : late).push(job)
  open.sort(byDeadline)
  const expected = expectedWork(snapshot, now)
  const promised = new Dearest()
  const setAside = new Set<Job>()
  for (const job of open) {
    promised.add(job)
    const untilMs = job.request.deadlineMs - now
    // Alone it can be on time, as its needed degree shows.
    while (promised.size > 1) {
      const capacityMs = USABLE * snapshot.gpus.length * untilMs - expected(untilMs, promised.dearest().gpuMs)
      if (promised.gpuMs <= capacityMs) break
      setAside.add(promised.remove())
    }
  }
  return {
    promised: open.filter((job) => !setAside.has(job)),
    setAside: [...setAside].sort((a, b) => a.price - b.price || byArrival(a, b)),
    late: late.sort((a, b) => a.gpuMs - b.gpuMs || byArrival(a, b)),
  }
}

export function byArrival(a: Job, b: Job): number {
  return a.request.arrivalMs - b.request.arrivalMs || (a.request.id < b.request.id ? -1 : 1)
}

function byDeadline(a: Job, b: Job): number {
  return a.request.deadlineMs - b.request.deadlineMs || byArrival(a, b)
}

/**
 * GPU time of arrivals that are not here yet, will be due within `untilMs` and cost less than `belowGpuMs`, if they
 * go on coming as the last ones did.
 */
function expectedWork(
  { history }: ServingSnapshot,
  now: number,
): (untilMs: number, belowGpuMs: number) => number {
  if (history.length < FEWEST_ARRIVALS) return () => 0
  const spanMs = now - history[0]!.atMs
  if (spanMs <= 0) return () => 0
  const past = history.map(({ shape, steps, deadlineMs, atMs }) => ({
    gpuMs: cheapestGpuMs(shape, steps),
    allowedMs: deadlineMs - atMs,
  }))
  return (untilMs, belowGpuMs) => {
    let sum = 0
    for (const { gpuMs, allowedMs } of past) {
      if (gpuMs < belowGpuMs && allowedMs < untilMs) sum += gpuMs * (untilMs - allowedMs)
    }
    return sum / spanMs
  }
}

/** Jobs with their sum of GPU time and the one of highest price on top; at a tie the later arrival. */
class Dearest {
  private readonly heap: Job[] = []
  gpuMs = 0

  get size(): number {
    return this.heap.length
  }

  dearest(): Job {
    return this.heap[0]!
  }

  add(job: Job): void {
    this.gpuMs += job.gpuMs
    let index = this.heap.length
    this.heap.push(job)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!exceeds(this.heap[index]!, this.heap[parent]!)) return
      this.swap(index, parent)
      index = parent
    }
  }

  remove(): Job {
    const top = this.heap[0]!
    const last = this.heap.pop()!
    this.gpuMs -= top.gpuMs
    if (this.heap.length === 0) return top
    this.heap[0] = last
    let index = 0
    for (;;) {
      let most = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.heap.length && exceeds(this.heap[child]!, this.heap[most]!)) most = child
      }
      if (most === index) return top
      this.swap(index, most)
      index = most
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!
    this.heap[a] = this.heap[b]!
    this.heap[b] = held
  }
}

function exceeds(a: Job, b: Job): boolean {
  return a.price !== b.price ? a.price > b.price : byArrival(a, b) > 0
}
