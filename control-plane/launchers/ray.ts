import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { AgentOrder, EngineAgent, Launcher } from './launcher'

export interface RayOptions {
  /** Of the Ray cluster: `auto`, or `host:6379`. */
  address: string
  /** Python with ray and alto-agent, here and on the machines. */
  python: string
  dataDir: string
}

interface Answer {
  machines?: number
  agents?: EngineAgent[]
  error?: string
}

/**
 * Agents as restartable actors of a Ray cluster, one on each of its machines, following those that come and go. A Python
 * process (alto_agent.launchers.ray_agents) speaks to Ray; we speak JSON lines with it, one question at a time.
 */
export class RayLauncher implements Launcher {
  private child: ChildProcess | undefined
  private answers: AsyncIterator<string> | undefined
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: RayOptions) {}

  async machines(): Promise<number> {
    return (await this.ask({ do: 'list' })).machines ?? 0
  }

  async list(): Promise<EngineAgent[]> {
    return (await this.ask({ do: 'list' })).agents ?? []
  }

  async start(order: AgentOrder): Promise<void> {
    await this.ask({ do: 'start', ...order, dataDir: this.options.dataDir })
  }

  async stop(id: string): Promise<void> {
    await this.ask({ do: 'stop', id })
  }

  /** The agents live on: their actors belong to the Ray cluster. */
  close(): Promise<void> {
    this.child?.kill('SIGTERM')
    this.child = undefined
    return Promise.resolve()
  }

  private ask(question: Record<string, unknown>): Promise<Answer> {
    const answer = this.turn.then(() => this.exchange(question))
    this.turn = answer.catch(() => undefined)
    return answer
  }

  private async exchange(question: Record<string, unknown>): Promise<Answer> {
    if (!this.child) {
      const { python, address } = this.options
      const child = spawn(python, ['-m', 'alto_agent.launchers.ray_agents', '--address', address], {
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      child.on('error', () => {})
      child.stdin.on('error', () => {})
      child.on('close', () => {
        if (this.child === child) this.child = undefined
      })
      this.child = child
      this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    }
    this.child.stdin!.write(`${JSON.stringify(question)}\n`)
    const next = await this.answers!.next()
    if (next.done) {
      this.child = undefined
      throw new Error(`Ray at ${this.options.address} does not answer.`)
    }
    const answer = JSON.parse(next.value) as Answer
    if (answer.error) throw new Error(answer.error)
    return answer
  }
}
