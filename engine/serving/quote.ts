import { admit } from './policies/alto/admit'
import { durationIn, type Job, jobOf } from './policies/alto/job'
import { nodeSize } from './policies/in-order'
import type { ShapeTimes } from './profile'
import { cheapestGpuMs } from './remaining'
import type { RequestView, ServingSnapshot } from './snapshot'

/** What someone asks for before it is queued. */
export interface QuoteRequest {
  shape: ShapeTimes
  steps: number
  deadlineMs: number
  weight?: number
}

/** A change that would help, with the time by which it would be ready. */
export interface QuoteAlternative {
  change: 'smaller' | 'fewer-frames' | 'fewer-steps'
  shape: ShapeTimes
  steps: number
  byMs: number
}

export type Quote =
  /** On time with at least this confidence, and nobody who was promised before becomes late for it. */
  | { kind: 'promise'; byMs: number; confidence: number; alternatives: QuoteAlternative[] }
  /** Not on time as asked; each alternative would be. */
  | { kind: 'would-make-it'; byMs: number; alternatives: QuoteAlternative[] }
  /** Nothing would be on time: the earliest end as asked, and the quickest alternative. */
  | { kind: 'refusal'; code: RefusalCode; earliestMs: number; alternatives: QuoteAlternative[] }

export type RefusalCode =
  /** No free capacity before its deadline. */
  | 'no-place'
  /** As many requests as the deployment keeps are in line. */
  | 'line-full'

/** Confidence of a promise, and its one-sided normal quantile. */
const CONFIDENCE = 0.95
const QUANTILE = 1.645

/** Share of the GPUs' time that can be counted on, as in admission. */
const USABLE = 0.9

/** Fewer steps are offered down to this share of what was asked. */
const FEWEST_STEPS = 0.5

/**
 * When a request would be ready under `alto`, or what would make it ready in time. The time counts the work that is
 * due before it, what will likely arrive and be due before it (as the last arrivals did; 95% of a compound Poisson
 * sum), and its own work. A line that is full refuses before memory does.
 *
 * @param now milliseconds on the snapshot's clock
 */
export function quote(snapshot: ServingSnapshot, request: QuoteRequest, now: number): Quote {
  const asked = readyBy(snapshot, request, now)
  const alternatives = alternativesTo(snapshot, request, now)
  if (snapshot.requests.length >= snapshot.settings.mostInLine) {
    return { kind: 'refusal', code: 'line-full', earliestMs: asked.byMs, alternatives: [] }
  }
  if (asked.fits && asked.byMs <= request.deadlineMs) {
    return { kind: 'promise', byMs: asked.byMs, confidence: CONFIDENCE, alternatives: alternatives.onTime }
  }
  if (alternatives.onTime.length > 0) {
    return { kind: 'would-make-it', byMs: asked.byMs, alternatives: alternatives.onTime }
  }
  return { kind: 'refusal', code: 'no-place', earliestMs: asked.byMs, alternatives: alternatives.quickest }
}

/** The 95% end of a request that is queued now, and whether admission would promise it without breaking a promise. */
function readyBy(
  snapshot: ServingSnapshot,
  request: QuoteRequest,
  now: number,
): { byMs: number; fits: boolean } {
  const widestNode = nodeSize(snapshot)
  const view = newcomer(request, now)
  const job = jobOf(view, snapshot.times, now, widestNode)
  const present = snapshot.requests.map((other) => jobOf(other, snapshot.times, now, widestNode))
  const before = new Set(admit(present, snapshot, now).promised)
  const after = new Set(admit([...present, job], snapshot, now).promised)
  const fits = after.has(job) && [...before].every((other) => after.has(other))
  const ahead = present.filter((other) => before.has(other) && other.request.deadlineMs <= request.deadlineMs)
  return { byMs: endOf(job, ahead, snapshot, now), fits }
}

function endOf(job: Job, ahead: readonly Job[], snapshot: ServingSnapshot, now: number): number {
  const known = ahead.reduce((sum, other) => sum + other.gpuMs, job.gpuMs) + stepsUnderWayMs(snapshot, now)
  const arriving = arrivalsBefore(job.request.deadlineMs, snapshot, now)
  const mode = job.degrees.find((degree) => degree.sp === job.width) ?? job.degrees[0]!
  const firstFree = Math.min(...snapshot.gpus.map((gpu) => Math.max(0, gpu.busyUntilMs - now)))
  const leastMs = firstFree + durationIn(job.left, mode)
  const enough = (afterMs: number): boolean => {
    const { mean, variance } = arriving(afterMs)
    return USABLE * snapshot.gpus.length * afterMs >= known + mean + QUANTILE * Math.sqrt(variance)
  }
  let low = leastMs
  if (enough(low)) return now + low
  let high = Math.max(1, leastMs)
  while (!enough(high)) high *= 2
  // Ends within a millisecond.
  while (high - low > 1) {
    const middle = (low + high) / 2
    if (enough(middle)) high = middle
    else low = middle
  }
  return now + high
}

function stepsUnderWayMs({ gpus }: ServingSnapshot, now: number): number {
  return gpus.reduce((sum, gpu) => sum + Math.max(0, gpu.busyUntilMs - now), 0)
}

/** GPU time of arrivals within `afterMs` that are due before `deadlineMs`: they go first. */
function arrivalsBefore(
  deadlineMs: number,
  { history }: ServingSnapshot,
  now: number,
): (afterMs: number) => { mean: number; variance: number } {
  const spanMs = history.length > 1 ? now - history[0]!.atMs : 0
  if (spanMs <= 0) return () => ({ mean: 0, variance: 0 })
  const past = history.map(({ shape, steps, deadlineMs: dueMs, atMs }) => ({
    gpuMs: cheapestGpuMs(shape, steps),
    lastMs: deadlineMs - (dueMs - atMs) - now,
  }))
  return (afterMs) => {
    let mean = 0
    let variance = 0
    for (const { gpuMs, lastMs } of past) {
      const windowMs = Math.min(afterMs, lastMs)
      if (windowMs <= 0) continue
      mean += (gpuMs * windowMs) / spanMs
      variance += (gpuMs ** 2 * windowMs) / spanMs
    }
    return { mean, variance }
  }
}

function alternativesTo(
  snapshot: ServingSnapshot,
  request: QuoteRequest,
  now: number,
): { onTime: QuoteAlternative[]; quickest: QuoteAlternative[] } {
  const all: (QuoteAlternative & { onTime: boolean })[] = []
  const consider = (change: QuoteAlternative['change'], shape: ShapeTimes, steps: number): boolean => {
    const { byMs, fits } = readyBy(snapshot, { ...request, shape, steps }, now)
    const onTime = fits && byMs <= request.deadlineMs
    all.push({ change, shape, steps, byMs, onTime })
    return onTime
  }
  const cost = (shape: ShapeTimes): number => cheapestGpuMs(shape, request.steps)
  const cheaper = [...snapshot.times.shapes.values()]
    .filter((shape) => shape.kind === request.shape.kind && cost(shape) < cost(request.shape))
    .sort((a, b) => cost(b) - cost(a))
  for (const change of ['smaller', 'fewer-frames'] as const) {
    // The dearest that makes it loses least.
    for (const shape of cheaper) {
      if (changeOf(request.shape, shape) === change && consider(change, shape, request.steps)) break
    }
  }
  for (const share of [0.75, FEWEST_STEPS]) {
    const steps = Math.ceil(request.steps * share)
    if (steps < request.steps && consider('fewer-steps', request.shape, steps)) break
  }
  const bare = ({ onTime: _, ...alternative }: (typeof all)[number]): QuoteAlternative => alternative
  const quickest = [...all].sort((a, b) => a.byMs - b.byMs).slice(0, 1)
  return { onTime: all.filter(({ onTime }) => onTime).map(bare), quickest: quickest.map(bare) }
}

/** Another resolution of as many frames, or the same resolution with fewer frames; undefined for both at once. */
function changeOf(from: ShapeTimes, to: ShapeTimes): 'smaller' | 'fewer-frames' | undefined {
  if (from.resolution === to.resolution) return to.frames < from.frames ? 'fewer-frames' : undefined
  return from.frames === to.frames ? 'smaller' : undefined
}

function newcomer(request: QuoteRequest, now: number): RequestView {
  return {
    id: '',
    shape: request.shape,
    steps: request.steps,
    arrivalMs: now,
    deadlineMs: request.deadlineMs,
    weight: request.weight ?? 1,
    stage: 'encode',
    stepsDone: 0,
    busyUntilMs: undefined,
    gpus: [],
    lastEndMs: undefined,
    pauses: 0,
  }
}
