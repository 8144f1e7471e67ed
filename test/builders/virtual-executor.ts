import type { AgentCommand } from '../../contracts/agent-commands'
import type { RunRequests, ServingRequest } from '../../contracts/serving-commands'
import type { Rounds } from '../../control-plane/serving/rounds'
import type { Stage } from '../../engine/serving/snapshot'

/** A request as an executor holds it, or as it lies on disk. */
export interface VirtualState {
  request: ServingRequest
  stage: Stage
  stepsDone: number
}

interface Running {
  order: RunRequests
  states: VirtualState[]
}

interface Behaviour {
  /** Milliseconds of one encode, step or decode. */
  unitMs: (request: ServingRequest, stage: Stage) => number
  /** Milliseconds that a message takes, either way. */
  messageMs: number
  /** The artifact store of all executors, by request. */
  disk: Map<string, VirtualState>
  /** One step of a request was done. */
  onStep: (requestId: string) => void
  /** A request is ready. */
  onResult: (requestId: string, atMs: number) => void
}

/**
 * An executor of one rank on the test's clock: what `rank_worker.py` does with orders, without the pictures. Commands
 * wait until the next boundary; what is interrupted is parked and told.
 */
export class VirtualExecutor {
  private readonly held = new Map<string, VirtualState>()
  private readonly commands: AgentCommand[] = []
  private current: Running | undefined
  private isStepping = false

  constructor(
    readonly id: string,
    private readonly rounds: () => Rounds,
    private readonly behaviour: Behaviour,
  ) {}

  /** As the leader sends it. */
  send(command: AgentCommand): void {
    this.later(() => {
      this.commands.push(command)
      if (!this.isStepping) this.boundary()
    })
  }

  private boundary(): void {
    for (let command = this.commands.shift(); command; command = this.commands.shift()) {
      if (command.type === 'pause-order' && this.current?.order.orderId === command.orderId)
        this.endOrder('paused')
      if (command.type === 'forget-request') this.held.delete(command.requestId)
      if (command.type !== 'run-requests') continue
      this.obey(command)
      break
    }
    if (this.current) this.step(this.current)
  }

  private obey(order: RunRequests): void {
    if (this.current) this.endOrder('replaced')
    const states = order.requests.map((request) => this.stateOf(request, order.stage))
    this.current = { order, states: states.filter((state) => state.stage === order.stage) }
    if (this.current.states.length === 0) this.endOrder('done')
  }

  private stateOf(request: ServingRequest, stage: Stage): VirtualState {
    const parked = request.restore === null ? undefined : this.behaviour.disk.get(request.requestId)
    const held = this.held.get(request.requestId)
    if (!held && !parked && stage !== 'encode')
      throw new Error(
        `${request.requestId} was sent to ${this.id} for its ${stage} and its state is elsewhere.`,
      )
    const state = held ?? { request, stage, stepsDone: 0, ...parked }
    this.held.set(request.requestId, state)
    return state
  }

  private step(running: Running): void {
    const { order, states } = running
    const startMs = Date.now()
    this.isStepping = true
    const tookMs = this.behaviour.unitMs(states[0]!.request, order.stage)
    setTimeout(() => {
      this.isStepping = false
      for (const state of states) this.advance(state)
      const requests = states.map(progress)
      const { orderId, stage, ranks } = order
      const endMs = Date.now()
      this.later(() =>
        this.rounds().unitEnded(this.id, {
          kind: 'unit-ended',
          orderId,
          stage,
          ranks,
          requests,
          startMs,
          endMs,
        }),
      )
      running.states = states.filter((state) => state.stage === order.stage)
      for (const state of states) if (state.stage !== order.stage && order.parkEvery > 0) this.park(state)
      if (stage === 'decode')
        for (const { request } of states) this.later(() => this.behaviour.onResult(request.requestId, endMs))
      if (stage === 'decode' || running.states.length === 0) this.endOrder('done')
      this.boundary()
    }, tookMs)
  }

  private advance(state: VirtualState): void {
    if (state.stage === 'encode') state.stage = 'denoise'
    else if (state.stage === 'denoise') {
      state.stepsDone++
      this.behaviour.onStep(state.request.requestId)
      if (state.stepsDone >= state.request.steps) state.stage = 'decode'
    }
  }

  private endOrder(reason: 'done' | 'paused' | 'replaced'): void {
    const { order, states } = this.current!
    this.current = undefined
    const { orderId, ranks } = order
    const atMs = Date.now()
    const requests = states.map(progress)
    this.later(() =>
      this.rounds().orderEnded({ kind: 'order-ended', orderId, ranks, requests, reason, atMs }),
    )
    if (reason !== 'done') for (const state of states) this.park(state)
  }

  private park({ request, stage, stepsDone }: VirtualState): void {
    this.behaviour.disk.set(request.requestId, { request, stage, stepsDone })
    this.later(() => {
      const live = this.rounds().requests.get(request.requestId)
      if (!live) return
      live.parked = { path: `requests/${request.requestId}`, stage, stepsDone }
      this.rounds().look()
    })
  }

  private later(work: () => void): void {
    setTimeout(work, this.behaviour.messageMs)
  }
}

const progress = ({ request, stepsDone }: VirtualState) => ({
  requestId: request.requestId,
  attempt: request.attempt,
  stepsDone,
})
