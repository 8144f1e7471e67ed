import { type Mode, type ShapeTimes, type StepTimes, shapeKey } from '../../serving/profile'
import { type HeldInterval, isFinished, type ServingLogEvent } from './log'
import type { TraceRequest } from './trace'

export interface LogCheck {
  log: readonly ServingLogEvent[]
  trace: readonly TraceRequest[]
  times: StepTimes
  nodeOfGpu: readonly number[]
}

/** Rounding of sums of step times. */
const TOLERANCE_MS = 1e-3

/**
 * Everything that is wrong with an event log, one sentence each; empty means that it is a possible run: no GPU held
 * twice, groups inside a node, every request encoded once, all its steps done, decoded once, in that order and after
 * its arrival, durations as profiled, switches and resumes charged, ends where the decode ends. It trusts nothing of
 * the simulator but the format.
 */
export function checkLog({ log, trace, times, nodeOfGpu }: LogCheck): string[] {
  const problems: string[] = []
  const requests = new Map(trace.map((request) => [request.id, request]))
  const held: HeldInterval[] = []
  const byRequest = new Map<string, HeldInterval[]>(trace.map(({ id }) => [id, []]))
  const finished = new Map<string, number>()
  for (const event of log) {
    if (isFinished(event)) {
      if (!requests.has(event.request)) problems.push(`${event.request} ended but is not in the trace.`)
      if (finished.has(event.request)) problems.push(`${event.request} ended twice.`)
      finished.set(event.request, event.finishedMs)
      continue
    }
    held.push(event)
    problems.push(...checkInterval(event, requests, times, nodeOfGpu))
    for (const id of event.requests) byRequest.get(id)?.push(event)
  }
  problems.push(...checkGpus(held, nodeOfGpu.length))
  for (const [id, intervals] of byRequest) {
    problems.push(...checkRequest(requests.get(id)!, intervals, finished.get(id), times))
  }
  return problems
}

function checkInterval(
  event: HeldInterval,
  requests: ReadonlyMap<string, TraceRequest>,
  times: StepTimes,
  nodeOfGpu: readonly number[],
): string[] {
  const problems: string[] = []
  const name = `${event.phase} of ${event.requests.join(', ')} at ${event.startMs} ms`
  const members = event.requests.map((id) => requests.get(id))
  if (members.length === 0 || members.includes(undefined))
    return [`The ${name} has requests that are not in the trace.`]
  const shapes = new Set(members.map((request) => shapeKey(request!)))
  if (shapes.size > 1) problems.push(`The ${name} mixes shapes.`)
  if (new Set(event.requests).size !== event.requests.length)
    problems.push(`The ${name} names a request twice.`)
  if (event.batch !== event.requests.length) problems.push(`The ${name} says batch ${event.batch}.`)
  if (event.sp !== event.gpus.length)
    problems.push(`The ${name} says SP ${event.sp} on ${event.gpus.length} GPUs.`)
  if (event.phase !== 'denoise' && event.gpus.length !== 1) problems.push(`The ${name} is not on one GPU.`)
  if (event.phase === 'denoise' ? !(event.steps >= 1) : event.steps !== 0) {
    problems.push(`The ${name} says ${event.steps} steps.`)
  }
  const nodes = new Set(event.gpus.map((gpu) => nodeOfGpu[gpu]))
  if (nodes.has(undefined)) problems.push(`The ${name} is on a GPU that does not exist.`)
  if (nodes.size > 1) problems.push(`The ${name} spans nodes.`)
  const mode = modeOf(times.shapes.get(shapeKey(members[0]!)), event)
  if (!mode) return [...problems, `The ${name} runs in a mode that was not profiled.`]
  const perPhase = { encode: mode.encodeMs, denoise: event.steps * mode.stepMs, decode: mode.decodeMs }
  const expected = perPhase[event.phase]
  if (Math.abs(event.endMs - event.startMs - expected) > TOLERANCE_MS) {
    problems.push(`The ${name} took ${event.endMs - event.startMs} ms instead of ${expected} ms.`)
  }
  return problems
}

function modeOf(shape: ShapeTimes | undefined, event: HeldInterval): Mode | undefined {
  return shape?.modes.find(
    (mode) => mode.batch === event.batch && (event.phase !== 'denoise' || mode.sp === event.sp),
  )
}

function checkGpus(held: readonly HeldInterval[], gpus: number): string[] {
  const problems: string[] = []
  for (let gpu = 0; gpu < gpus; gpu++) {
    const mine = held.filter((event) => event.gpus.includes(gpu)).sort((a, b) => a.startMs - b.startMs)
    for (let index = 1; index < mine.length; index++) {
      const [before, after] = [mine[index - 1]!, mine[index]!]
      if (after.startMs < before.endMs - TOLERANCE_MS) {
        problems.push(
          `GPU ${gpu} is held twice at ${after.startMs} ms, by ${before.requests.join(', ')} and ${after.requests.join(', ')}.`,
        )
      }
    }
  }
  return problems
}

function checkRequest(
  request: TraceRequest,
  unsorted: readonly HeldInterval[],
  finishedMs: number | undefined,
  times: StepTimes,
): string[] {
  const problems: string[] = []
  const { id } = request
  const intervals = [...unsorted].sort((a, b) => a.startMs - b.startMs)
  const of = (phase: HeldInterval['phase']) => intervals.filter((event) => event.phase === phase)
  const steps = of('denoise').reduce((sum, event) => sum + event.steps, 0)
  const order = intervals.map((event) => ['encode', 'denoise', 'decode'].indexOf(event.phase))
  if (order.some((rank, index) => index > 0 && rank < order[index - 1]!))
    problems.push(`${id} runs its phases out of order.`)
  if (intervals.length > 0 && intervals[0]!.startMs < request.arrivalMs)
    problems.push(`${id} runs before it arrives.`)
  for (let index = 1; index < intervals.length; index++) {
    const [before, after] = [intervals[index - 1]!, intervals[index]!]
    const gap = after.startMs - before.endMs
    const due = costBetween(before, after, times)
    if (gap < due - TOLERANCE_MS) {
      problems.push(
        `${id} goes on at ${after.startMs} ms, ${gap} ms after its last interval instead of ${due} ms or more.`,
      )
    }
  }
  const complete = of('encode').length === 1 && steps === request.steps && of('decode').length === 1
  if (of('encode').length > 1) problems.push(`${id} is encoded ${of('encode').length} times.`)
  if (of('decode').length > 1) problems.push(`${id} is decoded ${of('decode').length} times.`)
  if (steps > request.steps) problems.push(`${id} runs ${steps} of ${request.steps} steps.`)
  if (finishedMs === undefined) {
    if (complete) problems.push(`${id} did everything and never ended.`)
  } else if (!complete) {
    problems.push(
      `${id} ended after ${of('encode').length} encodes, ${steps} of ${request.steps} steps, ${of('decode').length} decodes.`,
    )
  } else if (Math.abs(finishedMs - intervals.at(-1)!.endMs) > TOLERANCE_MS) {
    problems.push(`${id} ended at ${finishedMs} ms, its decode at ${intervals.at(-1)!.endMs} ms.`)
  }
  return problems
}

/** What lies between two steps of one request at least: a change of degree; a pause or another leader. */
function costBetween(before: HeldInterval, after: HeldInterval, times: StepTimes): number {
  if (before.phase !== 'denoise' || after.phase !== 'denoise') return 0
  const switches = before.sp !== after.sp ? times.switchMs : 0
  const resumes = before.gpus[0] !== after.gpus[0] ? times.resumeMs : 0
  return switches + resumes
}
