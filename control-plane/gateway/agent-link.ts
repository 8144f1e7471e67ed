import type { WebSocket } from 'ws'
import type { AgentCommand } from '../../contracts/agent-commands'
import type { Hello } from '../../contracts/agent-events'
import type { AttemptTokens } from './attempt-tokens'

/** One connected agent, from its welcome to the end of its connection. */
export class AgentLink {
  /** Set when everything that it had spooled before is stored and what it runs was compared with the database. */
  reconciled = false
  /** What this connection was told already: commands are not repeated on it. */
  readonly told = new Set<string>()
  /** A new identity is on its way; another one is made only after this one is stored on the node. */
  renewingIdentity = false
  /** It came with an invitation and has not said anything since: its first identity may not be on its disk yet. */
  invited: boolean
  private lastSeq: number
  private heardAt = performance.now()

  constructor(
    readonly nodeId: string,
    readonly hello: Hello,
    readonly tokens: AttemptTokens,
    private readonly socket: WebSocket,
    { invited = false } = {},
  ) {
    this.invited = invited
    this.lastSeq = hello.lastSeq
  }

  send(command: AgentCommand): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(command))
  }

  /** Sends what is identified by `key` once on this connection. */
  tell(key: string, command: AgentCommand): void {
    if (this.told.has(key)) return
    this.told.add(key)
    this.send(command)
  }

  /** True once everything that was in the spool at `hello` is stored. */
  isDrained(acked: number): boolean {
    return acked >= this.lastSeq
  }

  /** Something came from the agent just now. */
  heard(): void {
    this.heardAt = performance.now()
  }

  /** For how long nothing has come from the agent. */
  silentSeconds(): number {
    return (performance.now() - this.heardAt) / 1000
  }

  /** Ends the connection without waiting for the other side, which may be gone. */
  cutOff(): void {
    this.socket.terminate()
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason)
  }
}
