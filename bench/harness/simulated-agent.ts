/**
 * A node without devices or training that speaks the agents' real protocol: it joins, beats, takes orders and reports.
 * What it reports is invented; what the control plane does with it is not.
 */
import { WebSocket } from 'ws'
import type { AgentCommand } from '../../contracts/agent-commands'
import { type AgentMessage, type DurableEvent, PROTOCOL_VERSION } from '../../contracts/agent-events'

type StartRun = Extract<AgentCommand, { type: 'start-run' }>

const now = () => new Date().toISOString()
const FACTS = { trainSamples: 100_000, validationSamples: 100, epochs: 1, memoryBytes: 1_000_000 }
const MEMORY = {
  backboneBytes: 1e8,
  bytesPerRank: 1e4,
  bytesPerToken: 1e3,
  bytesPerLogit: 0,
  vocabulary: 256,
}
const HEARTBEAT_MS = 2_000

export class SimulatedAgent {
  /** Runs that were ordered, in order. */
  readonly runs: StartRun[] = []
  /** Number of the newest event that was sent, and of the newest that the control plane has stored. */
  sent = 0
  acked = 0
  private socket: WebSocket | undefined
  private timer: NodeJS.Timeout | undefined
  private wake: (() => void)[] = []
  private beats = 0
  private readonly beatAt = new Map<number, number>()
  /** Milliseconds from a heartbeat to its answer. */
  readonly answerMs: number[] = []

  constructor(
    private readonly url: string,
    private readonly token: string,
    readonly name: string,
    private readonly devices = 1,
  ) {}

  /** Resolves when the control plane has let it in. */
  async join(): Promise<void> {
    const socket = new WebSocket(this.url, { headers: { authorization: `Bearer ${this.token}` } })
    this.socket = socket
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const welcomed = new Promise<void>((resolve, reject) =>
      socket.on('message', (data) => {
        const command = JSON.parse(String(data)) as AgentCommand
        if (command.type === 'welcome') resolve()
        else if (command.type === 'refuse') reject(new Error(command.message))
        else this.obey(command)
      }),
    )
    this.say({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      agentVersion: 'simulated',
      name: this.name,
      devices: Array.from({ length: this.devices }, (_, index) => ({
        index,
        kind: 'cpu' as const,
        name: 'simulated',
        memoryBytes: 64 * 2 ** 30,
      })),
      cpuCores: 1,
      memoryBytes: 64 * 2 ** 30,
      labels: {},
      running: [],
      executors: [],
      lastSeq: 0,
    })
    await welcomed
    // Not all at the same moment, as nodes that were started one by one.
    setTimeout(() => {
      if (this.socket) this.timer = setInterval(() => this.beat(), HEARTBEAT_MS)
    }, Math.random() * HEARTBEAT_MS)
    this.beat()
  }

  leave(): void {
    clearInterval(this.timer)
    this.socket?.close()
    this.socket = undefined
  }

  /** Sends events as one batch of the spool; they are stored when `acked` has reached the number that this answers. */
  report(events: readonly DurableEvent[]): number {
    this.say({ type: 'events', events: events.map((event) => ({ seq: ++this.sent, event })) })
    return this.sent
  }

  /** Resolves at the next acknowledgement or order. */
  async heard(): Promise<void> {
    await new Promise<void>((resolve) => this.wake.push(resolve))
  }

  private obey(command: AgentCommand): void {
    if (command.type === 'ack') this.acked = command.seq
    else if (command.type === 'renew') this.answered(command.beat)
    else if (command.type === 'start-executor') this.executor(command.executorId, 'ready')
    else if (command.type === 'stop-executor') this.executor(command.executorId, 'ended')
    else if (command.type === 'start-run') this.start(command)
    for (const resolve of this.wake.splice(0)) resolve()
  }

  private start(order: StartRun): void {
    if (this.runs.some((run) => run.runId === order.runId && run.epoch === order.epoch)) return
    this.runs.push(order)
    const { runId, attempt, epoch, token, config } = order
    const totalSteps = Math.ceil(FACTS.trainSamples / config.batchSize)
    this.report([
      {
        kind: 'attempt',
        ...{ runId, attempt, epoch, token },
        at: now(),
        state: 'started',
        step: 0,
        samples: 0,
        reason: null,
        message: null,
        facts: { ...FACTS, totalSteps, fullSamples: totalSteps * config.batchSize },
        admission: null,
      },
    ])
  }

  private executor(executorId: string, state: 'ready' | 'ended'): void {
    this.report([
      {
        kind: 'executor',
        executorId,
        at: now(),
        state,
        message: null,
        fault: null,
        backboneBytes: MEMORY.backboneBytes,
        stepMs: 10,
        slotsBusy: null,
        tokensPerSecond: null,
        memory: state === 'ready' ? MEMORY : null,
      },
    ])
  }

  private answered(beat: number): void {
    const at = this.beatAt.get(beat)
    if (at !== undefined) this.answerMs.push(performance.now() - at)
    this.beatAt.delete(beat)
  }

  private beat(): void {
    this.beatAt.set(this.beats + 1, performance.now())
    this.say({
      type: 'heartbeat',
      beat: ++this.beats,
      at: now(),
      devices: Array.from({ length: this.devices }, (_, index) => ({
        index,
        utilisation: 0.5,
        memoryUsedBytes: 0,
        temperatureC: null,
        powerW: null,
      })),
      cpuUtilisation: 0.5,
      memoryUsedBytes: 0,
      strangers: [],
    })
  }

  private say(message: AgentMessage): void {
    this.socket?.send(JSON.stringify(message))
  }
}
