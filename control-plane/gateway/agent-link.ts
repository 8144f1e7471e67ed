import type { WebSocket } from 'ws'
import type { AgentCommand } from '../../contracts/agent-commands'
import type { Hello } from '../../contracts/agent-events'

/** One connected agent, from its welcome to the end of its connection. */
export class AgentLink {
  /** Set when everything that it had spooled before is stored and what it runs was compared with the database. */
  reconciled = false
  /** What this connection was told already: commands are not repeated on it. */
  readonly told = new Set<string>()
  private lastSeq: number

  constructor(
    readonly nodeId: string,
    readonly hello: Hello,
    private readonly socket: WebSocket,
  ) {
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

  close(code: number, reason: string): void {
    this.socket.close(code, reason)
  }
}
