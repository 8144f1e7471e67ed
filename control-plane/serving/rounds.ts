import type { AgentCommand } from '../../contracts/agent-commands'
import type { ServingEvent } from '../../contracts/serving-events'
import { decideRound } from '../../engine/serving/decide-round'
import type { ServingPlan } from '../../engine/serving/plan'
import { DEFAULT_SERVING_SETTINGS } from '../../engine/serving/settings'
import { shapeTimesOf } from '../../engine/serving/shape-times'
import type { Arrival } from '../../engine/serving/snapshot'
import {
  type DeploymentRow,
  engineSettings,
  type LiveRequestRow,
  weightOf,
} from '../../server/db/serving-rows'
import { adoptOrder } from './adopt'
import { carryOut } from './carry-out'
import { Figures } from './figures'
import { LiveRequest } from './live-request'
import type { Order } from './order'
import type { ProfileBook } from './profile-book'
import { Receipts } from './receipts'
import type { Recorder } from './recorder'
import { isIdle, type Slot } from './slot'
import { type Taken, takeSnapshot } from './take-snapshot'
import { growBar } from './waterfall'

type UnitEnded = Extract<ServingEvent, { kind: 'unit-ended' }>
type OrderEnded = Extract<ServingEvent, { kind: 'order-ended' }>

/** What rounds need from outside. */
export interface RoundsHost {
  /** Unix milliseconds. */
  now(): number
  /** Milliseconds that only grow, to measure what a round costs. */
  stopwatch(): number
  /** False where the agent is not connected. */
  send(executorId: string, command: AgentCommand): boolean
  /** Ends in the database a request that no executor knows of. */
  endUnstarted(request: LiveRequest): void
  newId(): string
}

/** A boundary is decided about so long before it comes, so that what follows is there in time. */
const AHEAD_LEAST_MS = 8
const AHEAD_MOST_MS = 30
const AHEAD_SHARE = 0.25

/**
 * The requests of one deployment in the leader's memory: what each GPU does, and a round at each arrival and boundary.
 * A boundary is decided about a moment before it comes, from the profile; an executor that hears nothing goes on with
 * its steps, so going on costs no message.
 */
export class Rounds {
  readonly requests = new Map<string, LiveRequest>()
  readonly orders = new Map<string, Order>()
  readonly figures = new Figures()
  readonly receipts: Receipts
  slots: Slot[] = []
  private history: Arrival[] = []
  private wake: NodeJS.Timeout | undefined
  private closed = false

  constructor(
    public deployment: DeploymentRow,
    readonly book: ProfileBook,
    readonly recorder: Recorder,
    readonly host: RoundsHost,
  ) {
    this.receipts = new Receipts(recorder)
  }

  close(): void {
    this.closed = true
    clearTimeout(this.wake)
    for (const order of this.orders.values()) clearTimeout(order.timer)
  }

  /** A request that is new to the leader. */
  arrive(row: LiveRequestRow): LiveRequest {
    const request = new LiveRequest(row, weightOf(this.deployment.settings, row))
    this.requests.set(row.id, request)
    const shape = shapeTimesOf(this.book.times, request.shape)
    if (shape) {
      const { arrivalMs: atMs, steps, deadlineMs } = row
      this.history.push({ atMs, shape, steps, deadlineMs, weight: request.weight })
      if (this.history.length > DEFAULT_SERVING_SETTINGS.historyLength) this.history.shift()
    }
    return request
  }

  /** Decides about idle GPUs now, and again about boundaries that were decided before this was known. */
  look(): void {
    this.round()
    for (const order of [...this.orders.values()])
      if (order.isDecided && !order.isGuess) this.decideBoundary(order)
  }

  /** One phase or step is over. Times are on the leader's clock. */
  unitEnded(executorId: string, event: UnitEnded): void {
    const order = this.orders.get(event.orderId) ?? adoptOrder(this, executorId, event)
    if (!order) return
    const { startMs, endMs } = event
    const sp = order.slots.length
    const batch = event.requests.length
    for (const { requestId, attempt, stepsDone } of event.requests) {
      const request = this.requests.get(requestId)
      if (!request || request.attempt !== attempt) continue
      const fromStep = request.stepsDone
      this.advance(request, order, stepsDone, endMs)
      growBar(request, this.recorder, {
        phase: order.stage,
        startMs,
        endMs,
        fromStep,
        stepsDone,
        batch,
        orderId: order.id,
      })
    }
    const shape = order.requests[0]?.shape
    // A step lasts from boundary to boundary: what an executor does between two is time that nobody else gets.
    const tookMs = endMs - (order.lastUnitEndMs ?? startMs)
    if (shape) this.book.learn({ shape, stage: order.stage, batch, sp, tookMs })
    if (order.lastUnitEndMs !== undefined) this.figures.gap('steps', startMs - order.lastUnitEndMs)
    else if (order.command && order.begunMs !== undefined) this.figures.gap('orders', startMs - order.begunMs)
    order.lastUnitEndMs = endMs
    // It came before the profile said: the next one is decided about at once, or quick steps would never give way.
    const cameEarly = !order.isDecided
    order.isDecided = false
    order.unitEndMs = endMs
    if (order.stage !== 'denoise' || order.requests.every((one) => one.stage === 'decode')) return
    for (const request of order.requests) if (request.stage === 'decode') request.order = undefined
    order.requests = order.requests.filter((one) => one.stage === 'denoise')
    this.expect(order, endMs, cameEarly)
  }

  /** The GPUs of an order are free, or do what was sent for afterwards. */
  orderEnded(event: OrderEnded): void {
    const order = this.orders.get(event.orderId)
    if (!order) return
    if (order.askedToPauseMs !== undefined) {
      const stepMs = this.unitMs(order)
      if (stepMs > 0) this.figures.paused((event.atMs - order.askedToPauseMs) / stepMs)
    }
    this.catchUp(order, event)
    this.forget(order, event.atMs)
    this.round()
  }

  /**
   * The stage was over before it was ordered: the executor did it while nobody led, and its state on disk is further
   * than its row. Without this it would be ordered again and again.
   */
  private catchUp(order: Order, { reason, requests, atMs }: OrderEnded): void {
    if (reason !== 'done' || order.stage === 'decode') return
    for (const { requestId, attempt, stepsDone } of requests) {
      const request = this.requests.get(requestId)
      if (request?.attempt !== attempt || request.stage !== order.stage || stepsDone < request.stepsDone)
        continue
      this.advance(request, order, stepsDone, atMs)
    }
  }

  /** Takes an order off its GPUs; what was to come next begins. */
  forget(order: Order, atMs: number): void {
    clearTimeout(order.timer)
    this.orders.delete(order.id)
    const following = new Set<Order>()
    for (const slot of order.slots) {
      if (slot.order === order) slot.order = undefined
      if (slot.next === order) slot.next = undefined
      if (slot.next) following.add(slot.next)
    }
    for (const request of order.requests) {
      if (request.next === order) request.next = undefined
      if (request.order === order) request.order = undefined
    }
    for (const next of following) if (next.slots.every((slot) => !slot.order)) this.begin(next, atMs)
    for (const request of order.requests) {
      if (request.order || request.isOver || !this.requests.has(request.id)) continue
      if (request.state === 'running') request.state = 'paused'
      this.recorder.touch(request)
    }
  }

  /** An order has its GPUs. */
  begin(order: Order, atMs: number): void {
    order.begunMs = atMs
    for (const slot of order.slots) {
      slot.order = order
      slot.next = undefined
    }
    for (const request of order.requests) {
      request.order = order
      request.next = undefined
      request.isUnaccounted = false
      request.state = 'running'
      request.startedMs ??= atMs
      request.slots = order.slots
      request.heldBy = order.executorId
      this.receipts.resumed(request, order, atMs)
      this.recorder.touch(request)
    }
    this.expect(order, atMs)
  }

  /** Somebody does not want it any more. */
  cancel(request: LiveRequest): void {
    if (request.cancelledMs !== undefined) return
    request.isCancelled = true
    request.cancelledMs = this.host.now()
    const executorId = request.order?.executorId ?? request.next?.executorId ?? request.heldBy
    const { id: requestId, attempt } = request
    const isTold =
      executorId !== null &&
      this.slots.some((slot) => slot.executorId === executorId) &&
      this.host.send(executorId, { type: 'cancel-request', executorId, requestId, attempt })
    if (!isTold) this.host.endUnstarted(request)
    this.look()
  }

  /** It has ended, as the database has it. */
  end(requestId: string, onTime: boolean): void {
    const request = this.requests.get(requestId)
    if (!request) return
    this.requests.delete(requestId)
    this.receipts.ended(requestId, onTime)
    this.leave(request)
    this.look()
  }

  /** Takes a request out of its orders; the others in them go on. */
  leave(request: LiveRequest): void {
    for (const order of [request.order, request.next]) {
      if (!order) continue
      order.requests = order.requests.filter((one) => one !== request)
      if (order.requests.length === 0 && order.begunMs === undefined) this.forget(order, this.host.now())
    }
    request.order = undefined
    request.next = undefined
  }

  /** An executor is gone: its GPUs do nothing, and what only it knew is lost. Answers which requests that are. */
  loseExecutor(executorId: string): LiveRequest[] {
    for (const order of [...this.orders.values()]) {
      if (order.executorId !== executorId) continue
      for (const slot of order.slots) if (slot.next === order) slot.next = undefined
      this.forget(order, this.host.now())
    }
    for (const slot of this.slots) if (slot.executorId === executorId) slot.executorId = null
    const lost = [...this.requests.values()].filter((request) => request.heldBy === executorId)
    for (const request of lost) request.heldBy = null
    return lost.filter((request) => !request.isOnDisk && request.stage !== 'encode')
  }

  /** When the phase or step that an order is in should be over. */
  unitMs(order: Order): number {
    const [first] = order.requests
    if (!first) return 0
    return this.book.expectedMs(first.shape, order.stage, order.requests.length, order.slots.length)
  }

  /** Its executor has said nothing yet: what rows say that it does is left alone for a while. */
  guess(requests: LiveRequest[], slots: readonly Slot[], forMs: number): void {
    const [first] = requests
    const now = this.host.now()
    const order: Order = {
      id: this.host.newId(),
      executorId: slots[0]!.executorId!,
      stage: first!.stage,
      requests,
      slots,
      begunMs: now,
      unitEndMs: now + forMs,
      isDecided: true,
      askedToPauseMs: undefined,
      lastUnitEndMs: undefined,
      timer: undefined,
      command: undefined,
      isGuess: true,
    }
    this.orders.set(order.id, order)
    for (const slot of slots) slot.order = order
    for (const request of requests) {
      request.order = order
      request.slots = slots
      request.heldBy = order.executorId
    }
    order.timer = setTimeout(() => {
      this.forget(order, this.host.now())
      this.look()
    }, forMs)
  }

  private advance(request: LiveRequest, order: Order, stepsDone: number, endMs: number): void {
    request.stepsDone = stepsDone
    request.lastEndMs = endMs
    request.slots = order.slots
    request.heldBy = order.executorId
    if (order.stage === 'encode') request.stage = 'denoise'
    else if (order.stage === 'denoise') request.stage = stepsDone >= request.steps ? 'decode' : 'denoise'
    else request.isOver = true
    this.recorder.touch(request)
  }

  /** Sets when the next boundary of an order is decided about. */
  private expect(order: Order, startMs: number, atOnce = false): void {
    const unitMs = this.unitMs(order)
    order.unitEndMs = startMs + unitMs
    order.isDecided = false
    clearTimeout(order.timer)
    if (this.closed) return
    const ahead = Math.min(AHEAD_MOST_MS, Math.max(AHEAD_LEAST_MS, unitMs * AHEAD_SHARE))
    const delay = atOnce ? 0 : Math.max(0, order.unitEndMs - ahead - this.host.now())
    order.timer = setTimeout(() => this.decideBoundary(order), delay)
  }

  private decideBoundary(order: Order): void {
    if (this.closed || !this.orders.has(order.id) || order.askedToPauseMs !== undefined) return
    if (order.slots.some((slot) => slot.next) || !this.isReachable(order)) return
    order.isDecided = true
    const now = Math.max(order.unitEndMs, this.host.now())
    const taken = takeSnapshot(this.world(), now, order)
    carryOut(this, this.decide(taken, now), taken.slots, now, order)
  }

  private round(): void {
    if (this.closed || !this.slots.some(isIdle)) return
    if (![...this.requests.values()].some((request) => request.isWaiting)) return
    const now = this.host.now()
    const taken = takeSnapshot(this.world(), now)
    const plan = this.decide(taken, now)
    carryOut(this, plan, taken.slots, now, undefined)
    clearTimeout(this.wake)
    if (plan.wakeAtMs !== undefined && plan.wakeAtMs > now)
      this.wake = setTimeout(() => this.round(), plan.wakeAtMs - now)
  }

  private decide(taken: Taken, now: number): ServingPlan {
    const startedAt = this.host.stopwatch()
    const plan = decideRound(taken.snapshot, this.deployment.settings.policy, now)
    this.figures.round(this.host.stopwatch() - startedAt)
    return plan
  }

  private isReachable(order: Order): boolean {
    return order.slots.every((slot) => slot.executorId === order.executorId)
  }

  private world() {
    const { historyLength } = DEFAULT_SERVING_SETTINGS
    return {
      slots: this.slots,
      requests: this.requests.values(),
      times: this.book.times,
      history: this.history,
      settings: engineSettings(this.deployment.settings, historyLength),
    }
  }
}
