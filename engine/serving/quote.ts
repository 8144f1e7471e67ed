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
  | { kind: 'would-make-it'; earliestMs: number; alternatives: QuoteAlternative[] }
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
const USABLE = 0.8

/** Nothing is said about a time further away: arrivals outrun the GPUs. */
const HORIZON_MS = 86_400_000

/** Shares of the steps that are offered, the dearest first. */
const FEWER_STEPS = [0.75, 0.5]

/**
 * When a request would be ready under `alto`, or what would make it ready in time. A line that is full refuses before
 * memory does.
 *
 * @param now milliseconds on the snapshot's clock
 */
export function quote(snapshot: ServingSnapshot, request: QuoteRequest, now: number): Quote {
  const asked = consider(snapshot, request, now)
  if (snapshot.requests.length >= snapshot.settings.mostInLine) {
    return { kind: 'refusal', code: 'line-full', earliestMs: asked.earliestMs, alternatives: [] }
  }
  const { onTime, quickest } = alternativesTo(snapshot, request, now)
  if (asked.byMs !== undefined) {
    return { kind: 'promise', byMs: asked.byMs, confidence: CONFIDENCE, alternatives: onTime }
  }
  if (onTime.length > 0) return { kind: 'would-make-it', earliestMs: asked.earliestMs, alternatives: onTime }
  return { kind: 'refusal', code: 'no-place', earliestMs: asked.earliestMs, alternatives: quickest }
}

interface Prospect {
  /** The 95% end, at most the deadline; undefined where admission would not promise it beside the others. */
  byMs: number | undefined
  /** Its end if nothing else arrives and all that is promised goes first. */
  earliestMs: number
}

function consider(snapshot: ServingSnapshot, request: QuoteRequest, now: number): Prospect {
  const widestNode = nodeSize(snapshot)
  const job = jobOf(newcomer(request, now), snapshot.times, now, widestNode)
  const present = snapshot.requests.map((other) => jobOf(other, snapshot.times, now, widestNode))
  const before = admit(present, snapshot, now).promised
  const after = new Set(admit([...present, job], snapshot, now).promised)
  const fits = after.has(job) && before.every((other) => after.has(other))
  const ahead = before.filter((other) => other.request.deadlineMs <= request.deadlineMs)
  const nobody = () => ({ mean: 0, variance: 0 })
  return {
    byMs: fits
      ? Math.min(
          request.deadlineMs,
          endOf(job, ahead, arrivalsBefore(request.deadlineMs, snapshot, now), snapshot, now),
        )
      : undefined,
    earliestMs: endOf(job, before, nobody, snapshot, now),
  }
}

/** GPU time of arrivals until so many milliseconds from now. */
type Arrivals = (afterMs: number) => { mean: number; variance: number }

/**
 * The longest step under way, its own time at the degree that it needs, and the delay by the work ahead and by 95% of
 * what arrives until then. More time lets more arrive, so the end is a fixed point.
 */
function endOf(
  job: Job,
  ahead: readonly Job[],
  arriving: Arrivals,
  snapshot: ServingSnapshot,
  now: number,
): number {
  const usableGpus = USABLE * snapshot.gpus.length
  const known = ahead.reduce((sum, other) => sum + other.gpuMs, 0)
  const ownMs = longestStepUnderWayMs(snapshot, now) + durationIn(job.left, job.needed ?? job.degrees[0]!)
  const delayed = (afterMs: number): number => {
    const { mean, variance } = arriving(afterMs)
    return ownMs + (known + mean + QUANTILE * Math.sqrt(variance)) / usableGpus
  }
  let low = ownMs
  let high = Math.max(1, ownMs)
  while (delayed(high) > high && high < HORIZON_MS) high *= 2
  while (high - low > 1) {
    const middle = (low + high) / 2
    if (delayed(middle) > middle) low = middle
    else high = middle
  }
  return now + high
}

function longestStepUnderWayMs({ gpus }: ServingSnapshot, now: number): number {
  return gpus.reduce((longest, gpu) => Math.max(longest, gpu.busyUntilMs - now), 0)
}

/** GPU time of arrivals within `afterMs` that are due before `deadlineMs`: they go first. */
function arrivalsBefore(deadlineMs: number, { history }: ServingSnapshot, now: number): Arrivals {
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
  const onTime: QuoteAlternative[] = []
  const all: QuoteAlternative[] = []
  const offer = (change: QuoteAlternative['change'], shape: ShapeTimes, steps: number): boolean => {
    const { byMs, earliestMs } = consider(snapshot, { ...request, shape, steps }, now)
    all.push({ change, shape, steps, byMs: byMs ?? earliestMs })
    if (byMs !== undefined) onTime.push(all.at(-1)!)
    return byMs !== undefined
  }
  const cost = (shape: ShapeTimes): number => cheapestGpuMs(shape, request.steps)
  const cheaper = [...snapshot.times.shapes.values()]
    .filter((shape) => shape.kind === request.shape.kind && cost(shape) < cost(request.shape))
    .sort((a, b) => cost(b) - cost(a))
  for (const change of ['smaller', 'fewer-frames'] as const) {
    // The dearest that makes it loses least.
    cheaper.some((shape) => changeOf(request.shape, shape) === change && offer(change, shape, request.steps))
  }
  FEWER_STEPS.map((share) => Math.ceil(request.steps * share)).some(
    (steps) => steps < request.steps && offer('fewer-steps', request.shape, steps),
  )
  return { onTime, quickest: all.sort((a, b) => a.byMs - b.byMs).slice(0, 1) }
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
