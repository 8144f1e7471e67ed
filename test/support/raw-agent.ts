import { WebSocket } from 'ws'
import type { AgentCommand } from '../../contracts/agent-commands'
import { PROTOCOL_VERSION } from '../../contracts/agent-events'
import { eventually } from './processes'

/** The far end of an agent's conversation, said word by word: for what a real agent would never say. */
export class RawAgent {
  readonly heard: AgentCommand[] = []
  /** Code of the end of the connection. */
  closed: number | null = null
  private seq = 0

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.heard.push(JSON.parse(String(data)) as AgentCommand))
    socket.on('close', (code) => {
      this.closed = code
    })
    socket.on('error', () => {})
  }

  static async dial(port: number, token?: string): Promise<RawAgent> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, { headers })
    const agent = new RawAgent(socket)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return agent
  }

  /** Dials and says hello; whether it was let in is in what it heard. */
  static async join(port: number, token: string, hello: Record<string, unknown> = {}): Promise<RawAgent> {
    const agent = await RawAgent.dial(port, token)
    agent.say({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      agentVersion: '0.1.0',
      name: 'raw',
      devices: [{ index: 0, kind: 'cpu', name: 'CPU', memoryBytes: 8 * 2 ** 30 }],
      cpuCores: 2,
      memoryBytes: 8 * 2 ** 30,
      labels: {},
      running: [],
      executors: [],
      lastSeq: 0,
      ...hello,
    })
    return agent
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  beat(number: number): void {
    this.say({
      type: 'heartbeat',
      beat: number,
      at: new Date().toISOString(),
      devices: [],
      cpuUtilisation: 0,
      memoryUsedBytes: 0,
      strangers: [],
    })
  }

  /** Sends events under the next numbers; answers the last number. */
  report(...events: unknown[]): number {
    this.say({ type: 'events', events: events.map((event) => ({ seq: ++this.seq, event })) })
    return this.seq
  }

  /** The first command of a kind, waited for. */
  async hear<K extends AgentCommand['type']>(
    type: K,
    fits: (command: Extract<AgentCommand, { type: K }>) => boolean = () => true,
  ): Promise<Extract<AgentCommand, { type: K }>> {
    return eventually(`the agent to hear ${type}`, 60, () =>
      this.heard.find(
        (command): command is Extract<AgentCommand, { type: K }> =>
          command.type === type && fits(command as Extract<AgentCommand, { type: K }>),
      ),
    )
  }

  async end(): Promise<number> {
    if (this.closed === null) this.socket.close()
    return eventually('the connection to end', 30, () => this.closed)
  }
}
