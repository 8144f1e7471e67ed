import type { ServingEvent } from '../../contracts/serving-events'
import type { LiveRequest } from './live-request'
import type { Order } from './order'
import type { Rounds } from './rounds'
import type { Slot } from './slot'

/**
 * An order that this leader did not give: its predecessor did. The executor goes on with it, so it is taken over as it
 * is; undefined where nothing of it is known.
 */
export function adoptOrder(
  rounds: Rounds,
  executorId: string,
  event: Extract<ServingEvent, { kind: 'unit-ended' }>,
): Order | undefined {
  for (const order of [...rounds.orders.values()])
    if (order.isGuess && event.requests.some((one) => order.requests.some(({ id }) => id === one.requestId)))
      rounds.forget(order, event.startMs)
  const requests = event.requests.flatMap(({ requestId, attempt }) => {
    const request = rounds.requests.get(requestId)
    return request?.attempt === attempt && !request.order && !request.next ? [request] : []
  })
  const slots = slotsOf(rounds, executorId, event.ranks)
  if (requests.length !== event.requests.length || !slots) return undefined
  return take(rounds, event.orderId, executorId, event.stage, requests, slots, event.startMs)
}

function slotsOf(rounds: Rounds, executorId: string, ranks: readonly number[]): Slot[] | undefined {
  const slots = ranks.flatMap(
    (rank) => rounds.slots.find((slot) => slot.executorId === executorId && slot.rank === rank) ?? [],
  )
  const isFree = slots.every((slot) => !slot.order && !slot.next)
  return slots.length === ranks.length && isFree ? slots : undefined
}

function take(
  rounds: Rounds,
  id: string,
  executorId: string,
  stage: Order['stage'],
  requests: LiveRequest[],
  slots: readonly Slot[],
  begunMs: number,
): Order {
  const order: Order = {
    id,
    executorId,
    stage,
    requests,
    slots,
    begunMs,
    unitEndMs: begunMs,
    isDecided: false,
    askedToPauseMs: undefined,
    lastUnitEndMs: undefined,
    timer: undefined,
    command: undefined,
    isGuess: false,
  }
  rounds.orders.set(id, order)
  rounds.begin(order, begunMs)
  return order
}
