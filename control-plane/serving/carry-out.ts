import type { RunRequests, ServingRequest } from '../../contracts/serving-commands'
import type { RunAction, ServingPlan, WaitAction } from '../../engine/serving/plan'
import type { LiveRequest } from './live-request'
import type { Order } from './order'
import type { Rounds } from './rounds'
import { isIdle, type Slot } from './slot'

/** Steps of a video between two states on disk: what a dead executor costs at most. */
const PARK_EVERY_STEPS = 10
/** Never between steps, but at the end of each stage, so that another node may go on. */
const PARK_AT_STAGE_END = 10_000

/**
 * Sends what a plan changes. Going on costs no message; what comes next on GPUs that still work is sent ahead and begins
 * at their boundary.
 *
 * @param slots the GPUs by their number in the plan
 * @param order whose boundary the plan is about; undefined where it is about idle GPUs
 */
export function carryOut(
  rounds: Rounds,
  plan: ServingPlan,
  slots: readonly Slot[],
  now: number,
  order: Order | undefined,
): void {
  const runs = plan.actions.filter((action): action is RunAction => 'requests' in action)
  const given = new Set(runs.flatMap((run) => run.gpus.map((gpu) => slots[gpu]!)))
  const going = new Set<string>()
  for (const run of runs) {
    const requests = run.requests.map((id) => rounds.requests.get(id)!)
    const chosen = run.gpus.map((gpu) => slots[gpu]!)
    if (order && goesOn(order, run, requests, chosen)) {
      for (const id of run.requests) going.add(id)
      continue
    }
    const where = reachable(requests, chosen, given, rounds.slots, order)
    if (!where || !send(rounds, run, requests, where, now)) continue
    for (const id of run.requests) going.add(id)
  }
  const waits = plan.actions.filter((action): action is WaitAction => 'request' in action)
  for (const wait of waits) {
    const request = rounds.requests.get(wait.request)!
    if (order && request.order === order) continue
    if (request.isWaiting) rounds.receipts.waits(request, wait)
  }
  if (order?.stage === 'denoise') pauseRest(rounds, order, waits, going, now)
}

/** The same requests take their next step on the same GPUs. */
function goesOn(
  order: Order,
  run: RunAction,
  requests: readonly LiveRequest[],
  slots: readonly Slot[],
): boolean {
  const own = order.requests.filter((request) => !request.isCancelled && !request.isOver)
  return (
    order.stage === 'denoise' &&
    run.phase === 'denoise' &&
    own.length === requests.length &&
    own.every((request) => requests.includes(request)) &&
    order.slots.length === slots.length &&
    order.slots.every((slot, index) => slot === slots[index])
  )
}

/**
 * The GPUs on which the requests can go on without losing a step: the chosen ones, else as many where their state is,
 * else none for now. A state moves to another executor by way of the disk.
 */
function reachable(
  requests: readonly LiveRequest[],
  chosen: readonly Slot[],
  given: Set<Slot>,
  all: readonly Slot[],
  order: Order | undefined,
): readonly Slot[] | undefined {
  const [first] = requests
  const executorId = chosen[0]!.executorId!
  if (requests.every((request) => mayRunIn(request, executorId))) return chosen
  const home = first!.heldBy
  if (home === null || !requests.every((request) => mayRunIn(request, home))) return undefined
  const own = all.filter(
    (slot) =>
      slot.executorId === home &&
      !given.has(slot) &&
      (isIdle(slot) || (slot.order === order && !slot.next && order)),
  )
  if (own.length < chosen.length) return undefined
  const where = own.slice(0, chosen.length)
  for (const slot of chosen) given.delete(slot)
  for (const slot of where) given.add(slot)
  return where
}

/** What is inside a phase or step is not on disk as it will be afterwards: it stays where it is until it waits. */
function mayRunIn(request: LiveRequest, executorId: string): boolean {
  return request.order ? request.order.executorId === executorId : request.mayRunIn(executorId)
}

function send(
  rounds: Rounds,
  run: RunAction,
  requests: readonly LiveRequest[],
  slots: readonly Slot[],
  now: number,
): boolean {
  const executorId = slots[0]!.executorId!
  const isSpread = new Set(rounds.slots.map((slot) => slot.executorId)).size > 1
  const isVideo = requests[0]!.row.kind === 'video'
  const orderId = rounds.host.newId()
  const command: RunRequests = {
    type: 'run-requests',
    executorId,
    orderId,
    ranks: slots.map((slot) => slot.rank),
    stage: run.phase,
    steps: null,
    requests: requests.map(wireForm),
    previewEvery: rounds.deployment.settings.previewEvery,
    parkEvery: isVideo ? PARK_EVERY_STEPS : isSpread ? PARK_AT_STAGE_END : 0,
  }
  if (!rounds.host.send(executorId, command)) return false
  for (const request of requests) leaveBehind(rounds, request, executorId)
  const order: Order = {
    id: orderId,
    executorId,
    stage: run.phase,
    requests: [...requests],
    slots,
    begunMs: undefined,
    unitEndMs: 0,
    isDecided: false,
    askedToPauseMs: undefined,
    lastUnitEndMs: undefined,
    timer: undefined,
    command,
    isGuess: false,
  }
  rounds.orders.set(orderId, order)
  order.unitEndMs = now + rounds.unitMs(order)
  for (const request of requests) rounds.receipts.ran(request, run, now)
  if (slots.every((slot) => slot.order === undefined)) {
    rounds.begin(order, now)
    return true
  }
  for (const slot of slots) slot.next = order
  for (const request of requests) request.next = order
  return true
}

/** It goes on elsewhere, from the disk: what its last executor still holds is old, and its memory is wanted. */
function leaveBehind(rounds: Rounds, { id: requestId, attempt, heldBy }: LiveRequest, to: string): void {
  if (heldBy === null || heldBy === to) return
  rounds.host.send(heldBy, { type: 'forget-request', executorId: heldBy, requestId, attempt })
}

/** Complete each time, so that an agent that knows nothing can go on. */
function wireForm({ row, attempt, parked }: LiveRequest): ServingRequest {
  const { id: requestId, kind, prompt, width, height, frames, steps, guidance, seed } = row
  const restore = parked?.path ?? null
  return { requestId, attempt, kind, prompt, width, height, frames, steps, guidance, seed, restore }
}

/** Requests of the order that nothing goes on with. An order that is followed by another one ends by that. */
function pauseRest(
  rounds: Rounds,
  order: Order,
  waits: readonly WaitAction[],
  going: ReadonlySet<string>,
  now: number,
): void {
  const left = order.requests.filter((request) => !going.has(request.id) && !request.isCancelled)
  const between = left.filter((request) => request.afterUnit()?.stage === 'denoise')
  if (between.length === 0) return
  const isFollowed = order.slots.some((slot) => slot.next)
  if (!isFollowed) {
    if (going.size > 0 && order.requests.some((request) => going.has(request.id))) return
    const command = { type: 'pause-order', executorId: order.executorId, orderId: order.id } as const
    if (!rounds.host.send(order.executorId, command)) return
  }
  order.askedToPauseMs = rounds.host.now()
  const heirs = [...new Set(order.slots.flatMap((slot) => slot.next ?? []))].flatMap((next) =>
    next.requests.map((request) => ({ id: request.id, gpus: next.slots.length })),
  )
  for (const request of between) {
    const wait = waits.find((one) => one.request === request.id)
    if (wait) rounds.receipts.paused(request, wait, heirs, now)
  }
}
