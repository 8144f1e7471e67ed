import type { StepTimes } from '../../engine/serving/profile'
import type { ServingSettings } from '../../engine/serving/settings'
import { shapeTimesOf } from '../../engine/serving/shape-times'
import type { Arrival, RequestView, ServingSnapshot } from '../../engine/serving/snapshot'
import type { LiveRequest } from './live-request'
import type { Order } from './order'
import type { Slot } from './slot'

/** What a snapshot is taken of. */
export interface World {
  slots: readonly Slot[]
  requests: Iterable<LiveRequest>
  times: StepTimes
  history: readonly Arrival[]
  settings: ServingSettings
}

export interface Taken {
  snapshot: ServingSnapshot
  /** The GPUs by their number in the snapshot: those that are ready. */
  slots: readonly Slot[]
}

/** What is overdue is not over: a moment after `now`. */
const SOON_MS = 0.01

/**
 * The snapshot of a round: of this instant, or of the boundary that `order` will reach at `now`, as if the phase or step
 * that it is in were over.
 *
 * @param now Unix milliseconds
 */
export function takeSnapshot(world: World, now: number, order?: Order): Taken {
  const slots = world.slots.filter((slot) => slot.executorId !== null)
  const numberOf = new Map(slots.map((slot, index) => [slot, index]))
  const nodes = [...new Set(slots.map((slot) => slot.executorId))]
  const requests: RequestView[] = []
  for (const request of world.requests) {
    const view = viewOf(request, world.times, numberOf, now, order)
    if (view) requests.push(view)
  }
  const gpus = slots.map((slot) => ({
    node: nodes.indexOf(slot.executorId),
    busyUntilMs: slot.order === order && !slot.next ? now : busyUntil(slot, now),
  }))
  const { times, history, settings } = world
  return { slots, snapshot: { requests, gpus, times, history, settings } }
}

function busyUntil(slot: Slot, now: number): number {
  const order = slot.next ?? slot.order
  return order ? Math.max(now + SOON_MS, order.unitEndMs) : now
}

function viewOf(
  request: LiveRequest,
  times: StepTimes,
  numberOf: ReadonlyMap<Slot, number>,
  now: number,
  order: Order | undefined,
): RequestView | undefined {
  if (request.isOver || request.isCancelled) return undefined
  const shape = shapeTimesOf(times, request.shape)
  if (!shape) return undefined
  const isReached = order !== undefined && request.order === order && request.next === undefined
  const stands = isReached ? request.afterUnit() : request
  if (!stands) return undefined
  const busy = isReached ? undefined : (request.next ?? request.order)
  return {
    id: request.id,
    shape,
    steps: request.steps,
    arrivalMs: request.row.arrivalMs,
    deadlineMs: request.row.deadlineMs,
    weight: request.weight,
    stage: stands.stage,
    stepsDone: stands.stepsDone,
    busyUntilMs: busy ? Math.max(now + SOON_MS, busy.unitEndMs) : undefined,
    gpus: (busy?.slots ?? request.slots).flatMap((slot) => numberOf.get(slot) ?? []),
    lastEndMs: isReached ? now : request.lastEndMs,
    pauses: request.pauses,
  }
}
