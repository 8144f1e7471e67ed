import { decideRound } from '../../serving/decide-round'
import type { RunAction } from '../../serving/plan'
import type { PolicyName } from '../../serving/policies/registry'
import { type StepTimes, shapeKey } from '../../serving/profile'
import { DEFAULT_SERVING_SETTINGS, type ServingSettings } from '../../serving/settings'
import type { Arrival, ServingSnapshot } from '../../serving/snapshot'
import { EventQueue } from './event-queue'
import { requestsOf } from './guard'
import { type LiveRequest, liveRequest } from './live-request'
import { type Finished, type HeldInterval, isFinished, type ServingLogEvent } from './log'
import type { TraceRequest } from './trace'

export interface SimulationInput {
  times: StepTimes
  /** In any order; requests that arrive together keep the order of the trace. */
  trace: readonly TraceRequest[]
  /** Node of each GPU; `[0, 0, 0, 0]` is one node of four. */
  nodeOfGpu: readonly number[]
  policy: PolicyName
  settings?: Partial<ServingSettings>
  /** Milliseconds of a real clock, to measure rounds; without it solve times are 0. */
  clock?: () => number
  /** Sees each snapshot before its round; it must not keep it. */
  observe?: (snapshot: ServingSnapshot, now: number) => void
}

export interface RequestOutcome {
  request: TraceRequest
  /** Null where it never ended. */
  finishedMs: number | null
}

export interface SimulationResult {
  log: readonly ServingLogEvent[]
  /** In the order of the trace. */
  outcomes: readonly RequestOutcome[]
  /** Times that a request was left without GPUs between two of its steps. */
  preemptions: number
  spChanges: number
  rounds: number
  solveMs: { mean: number; max: number }
}

/** Ends before arrivals at one instant, so that a round sees the GPUs that are free then. */
const RANK = { end: 0, arrival: 1, wake: 2 } as const

type Event =
  | { kind: 'end'; interval: HeldInterval; requests: readonly LiveRequest[] }
  | { kind: 'arrival'; request: TraceRequest }
  | { kind: 'wake' }

/**
 * Runs a trace through `decideRound` on a virtual clock until nothing moves any more. Each phase and each step is
 * one interval of the log; a running one is never interrupted; one round follows all events of an instant.
 */
export function simulateServing(input: SimulationInput): SimulationResult {
  const settings = { ...DEFAULT_SERVING_SETTINGS, ...input.settings }
  const events = new EventQueue<Event>()
  const arrivals = input.trace.map((request, place) => ({ request, place }))
  arrivals.sort((a, b) => a.request.arrivalMs - b.request.arrivalMs || a.place - b.place)
  for (const { request } of arrivals)
    events.add(request.arrivalMs, RANK.arrival, { kind: 'arrival', request })

  const live = new Map<string, LiveRequest>()
  const history: Arrival[] = []
  const gpus = input.nodeOfGpu.map((node) => ({ node, busyUntilMs: Number.NEGATIVE_INFINITY }))
  const log: ServingLogEvent[] = []
  const finished = new Map<string, number>()
  let preemptions = 0
  let spChanges = 0
  let rounds = 0
  let solveSum = 0
  let solveMax = 0

  const end = (interval: HeldInterval, requests: readonly LiveRequest[]): void => {
    for (const request of requests) {
      request.endInterval(interval)
      if (!request.ended) continue
      live.delete(request.id)
      finished.set(request.id, interval.endMs)
      log.push({ finishedMs: interval.endMs, request: request.id } satisfies Finished)
    }
  }

  const begin = (action: RunAction, now: number): void => {
    const requests = requestsOf(action, live, gpus, now)
    const { costMs, changesDegree } = transition(requests, action, input.times, now)
    if (changesDegree) spChanges++
    const startMs = now + costMs
    const endMs = startMs + requests[0]!.durationMs(action)
    const steps = action.phase === 'denoise' ? 1 : 0
    const { gpus: held, phase, sp, batch } = action
    const interval: HeldInterval = {
      startMs,
      endMs,
      gpus: held,
      requests: action.requests,
      phase,
      steps,
      sp,
      batch,
    }
    for (const request of requests) request.beginInterval(held, endMs)
    for (const gpu of held) gpus[gpu]!.busyUntilMs = endMs
    log.push(interval)
    events.add(endMs, RANK.end, { kind: 'end', interval, requests })
  }

  while (events.nextMs < Number.POSITIVE_INFINITY) {
    const now = events.nextMs
    while (events.nextMs === now) {
      const event = events.take()!
      if (event.kind === 'end') end(event.interval, event.requests)
      else if (event.kind === 'arrival') {
        const request = liveRequest(event.request, input.times.shapes.get(shapeKey(event.request)))
        live.set(request.id, request)
        const { shape, steps, deadlineMs, weight } = request
        history.push({ atMs: now, shape, steps, deadlineMs, weight })
        if (history.length > settings.historyLength) history.shift()
      }
    }
    const snapshot = { requests: [...live.values()], gpus, times: input.times, history, settings }
    input.observe?.(snapshot, now)
    const startedAt = input.clock?.() ?? 0
    const plan = decideRound(snapshot, input.policy, now)
    const took = (input.clock?.() ?? 0) - startedAt
    rounds++
    solveSum += took
    solveMax = Math.max(solveMax, took)
    for (const action of plan.actions) {
      if ('requests' in action) begin(action, now)
      else if (action.kind === 'pause' && live.get(action.request)!.isBetweenSteps) {
        live.get(action.request)!.pauses++
        preemptions++
      }
    }
    if (plan.wakeAtMs !== undefined && plan.wakeAtMs > now)
      events.add(plan.wakeAtMs, RANK.wake, { kind: 'wake' })
  }

  const outcomes = input.trace.map((request) => ({ request, finishedMs: finished.get(request.id) ?? null }))
  const solveMs = { mean: rounds > 0 ? solveSum / rounds : 0, max: solveMax }
  log.sort((a, b) => timeOf(a) - timeOf(b))
  return { log, outcomes, preemptions, spChanges, rounds, solveMs }
}

/** A change of degree moves a start behind later decisions, so the log is put in order of time at the end. */
function timeOf(event: ServingLogEvent): number {
  return isFinished(event) ? event.finishedMs : event.startMs
}

/** What must be paid before the next step: a change of degree, a pause or another leader. The worst of a batch. */
function transition(
  requests: readonly LiveRequest[],
  action: RunAction,
  times: StepTimes,
  now: number,
): { costMs: number; changesDegree: boolean } {
  let costMs = 0
  let changesDegree = false
  for (const request of requests) {
    if (!request.isBetweenSteps) continue
    const changes = request.gpus.length !== action.sp
    const resumes = request.lastEndMs !== now || request.gpus[0] !== action.gpus[0]
    costMs = Math.max(costMs, (changes ? times.switchMs : 0) + (resumes ? times.resumeMs : 0))
    changesDegree ||= changes
  }
  return { costMs, changesDegree }
}
