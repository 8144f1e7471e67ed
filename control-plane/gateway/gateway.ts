import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { AgentCommand } from '../../contracts/agent-commands'
import {
  type DurableEvent,
  type Heartbeat,
  type Hello,
  PROTOCOL_VERSION,
  type QueryReply,
} from '../../contracts/agent-events'
import type { ServingMessage } from '../../contracts/serving-events'
import type { Arrival } from '../../server/db/ingest'
import type { SignIn } from '../../server/db/ingest-node'
import { log } from '../log'
import { AgentLink } from './agent-link'
import { AttemptTokens } from './attempt-tokens'
import { type AgentSaid, parseMessage } from './parse-message'

/** What the gateway needs from the leader; everything that has a consequence happens there. */
export interface GatewayHost {
  signIn(token: string, hello: Hello): Promise<SignIn>
  welcome: { heartbeatSeconds: number; leaseSeconds: number }
  /** What tokens of attempts are made with. */
  attemptKey(): string
  onJoined(link: AgentLink, ackedSeq: number): Promise<void>
  onEvents(link: AgentLink, arrivals: Arrival[]): void
  onHeartbeat(link: AgentLink, beat: Heartbeat): Promise<void>
  onIdentityStored(link: AgentLink): Promise<void>
  onReply(reply: QueryReply): Promise<void>
  /** Ends of steps and previews, as they happen. */
  onServing?(link: AgentLink, message: ServingMessage): void
  onLeft(link: AgentLink): Promise<void>
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** A hello lists devices, labels and what runs; nobody who is not signed in may send more. */
const MAX_HELLO_BYTES = 1024 * 1024
const HELLO_TIMEOUT_MS = 10_000

/** The agents' WebSocket server. One live connection a node: a newer one replaces the older. */
export class Gateway {
  readonly links = new Map<string, AgentLink>()
  private readonly http: Server
  private readonly sockets: WebSocketServer
  private readonly watch: NodeJS.Timeout

  constructor(private readonly host: GatewayHost) {
    const lookMs = (host.welcome.leaseSeconds * 1000) / 8
    let lookedAt = performance.now()
    this.watch = setInterval(() => {
      // Where this process itself was held up, nobody could be heard: the silence says nothing.
      const late = performance.now() - lookedAt > 2 * lookMs
      lookedAt = performance.now()
      if (!late) this.dropSilent()
    }, lookMs)
    this.http = createServer((_request, response) => {
      response.writeHead(404).end()
    })
    this.sockets = new WebSocketServer({
      server: this.http,
      path: '/agent',
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    })
    this.sockets.on('connection', (socket, request) => this.accept(socket, request))
  }

  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject)
      this.http.listen(port, host, () => {
        this.http.off('error', reject)
        resolve()
      })
    })
    return (this.http.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    clearInterval(this.watch)
    for (const client of this.sockets.clients) client.close(1001, 'The control plane ends.')
    setTimeout(() => {
      for (const client of this.sockets.clients) client.terminate()
    }, 500).unref()
    await new Promise<void>((resolve) => this.http.close(() => resolve()))
  }

  /** A connection that says nothing for a whole lease leads nowhere: its node counts as disconnected. */
  private dropSilent(): void {
    for (const link of this.links.values()) {
      if (link.silentSeconds() <= this.host.welcome.leaseSeconds) continue
      log.warn({ nodeId: link.nodeId }, 'nothing was heard from an agent for a whole lease')
      link.cutOff()
    }
  }

  private accept(socket: WebSocket, request: IncomingMessage): void {
    let link: AgentLink | undefined
    let greeted = false
    let chain: Promise<void> = Promise.resolve()
    const timeout = setTimeout(
      () => refuse(socket, 'malformed', 'No hello came within ten seconds.'),
      HELLO_TIMEOUT_MS,
    )
    socket.on('error', (error) => log.warn({ error: error.message }, 'agent connection failed'))
    socket.on('message', (data) => {
      link?.heard()
      const text = String(data)
      const message = !greeted && text.length > MAX_HELLO_BYTES ? null : parseMessage(text)
      if (message?.type === 'other-version') {
        refuse(
          socket,
          'protocol',
          `The agent speaks version ${message.protocol} and the control plane version ${PROTOCOL_VERSION}. Update the older one.`,
        )
        return
      }
      if (message === null || greeted === (message.type === 'hello')) {
        refuse(
          socket,
          'malformed',
          'A message could not be understood. Update the agent or the control plane.',
        )
        return
      }
      if (message.type === 'hello') {
        greeted = true
        clearTimeout(timeout)
        chain = chain.then(async () => {
          link = await this.greet(socket, request, message.hello)
        })
      } else if (link) this.receive(link, message)
      else chain = chain.then(() => (link ? this.receive(link, message) : undefined))
      chain = chain.catch((error: Error) => {
        log.error({ error: error.message, nodeId: link?.nodeId }, 'an agent message failed')
        socket.close(1011, 'The control plane could not process a message.')
      })
    })
    socket.on('close', () => {
      clearTimeout(timeout)
      // After the greeting: who is gone while it is let in must not stay in the list of those who are there.
      void chain.then(() => link && this.leave(link))
    })
  }

  private leave(link: AgentLink): void {
    if (this.links.get(link.nodeId) !== link) return
    this.links.delete(link.nodeId)
    this.host.onLeft(link).catch((error: Error) => log.error({ error: error.message }, 'a leave failed'))
  }

  private async greet(
    socket: WebSocket,
    request: IncomingMessage,
    hello: Hello,
  ): Promise<AgentLink | undefined> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (!token) {
      refuse(socket, 'token', 'The agent gave no token. Start it with one from the cluster page.')
      return undefined
    }
    const entry = await this.host.signIn(token, hello)
    if (!entry.ok) {
      log.warn({ name: hello.name, code: entry.code }, 'agent refused')
      refuse(socket, entry.code, entry.message)
      return undefined
    }
    const tokens = new AttemptTokens(this.host.attemptKey(), entry.nodeId)
    const link = new AgentLink(entry.nodeId, hello, tokens, socket, { invited: entry.identity !== undefined })
    const before = this.links.get(entry.nodeId)
    this.links.set(entry.nodeId, link)
    before?.close(4001, 'Another connection of this node took over.')
    link.send({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      nodeId: entry.nodeId,
      ...this.host.welcome,
      ackedSeq: entry.ackedSeq,
      ...(entry.identity === undefined ? {} : { identity: entry.identity }),
    })
    log.info({ name: hello.name, nodeId: entry.nodeId, running: hello.running.length }, 'agent joined')
    try {
      await this.host.onJoined(link, entry.ackedSeq)
    } catch (error) {
      this.leave(link)
      throw error
    }
    return link
  }

  private receive(link: AgentLink, message: Exclude<AgentSaid, { type: 'hello' | 'other-version' }>): void {
    const failed = (error: Error) =>
      log.error({ error: error.message, nodeId: link.nodeId }, 'an agent message failed')
    if (message.type === 'heartbeat') this.host.onHeartbeat(link, message.beat).catch(failed)
    else if (message.type === 'reply') this.host.onReply(message.reply).catch(failed)
    else if (message.type === 'identity-stored') this.host.onIdentityStored(link).catch(failed)
    else if (message.type === 'serving') this.host.onServing?.(link, message)
    else
      this.host.onEvents(
        link,
        message.events.map(({ seq, event }) => ({
          seq,
          nodeId: link.nodeId,
          event: event && mayWrite(link, event) ? event : null,
        })),
      )
  }
}

/** Writes about an attempt need its token; what a node says of itself needs no other than its identity. */
function mayWrite(link: AgentLink, event: DurableEvent): boolean {
  if (!('token' in event) || link.tokens.admits(event)) return true
  const { kind, runId, attempt } = event
  log.error(
    { nodeId: link.nodeId, kind, runId, attempt },
    'an event without the token of its attempt was refused',
  )
  return false
}

function refuse(
  socket: WebSocket,
  code: Extract<AgentCommand, { type: 'refuse' }>['code'],
  message: string,
): void {
  socket.send(JSON.stringify({ type: 'refuse', code, message } satisfies AgentCommand))
  socket.close(1008, code)
}
