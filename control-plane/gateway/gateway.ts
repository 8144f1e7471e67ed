import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { AgentCommand } from '../../contracts/agent-commands'
import {
  agentMessage,
  durableEvent,
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

/** What the gateway needs from the leader; everything that has a consequence happens there. */
export interface GatewayHost {
  signIn(token: string, hello: Hello): Promise<SignIn>
  welcome: { heartbeatSeconds: number; leaseSeconds: number }
  onJoined(link: AgentLink, ackedSeq: number): Promise<void>
  onEvents(link: AgentLink, arrivals: Arrival[]): void
  onHeartbeat(link: AgentLink, beat: Heartbeat): Promise<void>
  onReply(reply: QueryReply): Promise<void>
  /** Ends of steps and previews, as they happen. */
  onServing?(link: AgentLink, message: ServingMessage): void
  onLeft(link: AgentLink): Promise<void>
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
const HELLO_TIMEOUT_MS = 10_000

/** The agents' WebSocket server. One live connection a node: a newer one replaces the older. */
export class Gateway {
  readonly links = new Map<string, AgentLink>()
  private readonly http: Server
  private readonly sockets: WebSocketServer

  constructor(private readonly host: GatewayHost) {
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
    for (const client of this.sockets.clients) client.close(1001, 'The control plane ends.')
    setTimeout(() => {
      for (const client of this.sockets.clients) client.terminate()
    }, 500).unref()
    await new Promise<void>((resolve) => this.http.close(() => resolve()))
  }

  private accept(socket: WebSocket, request: IncomingMessage): void {
    let link: AgentLink | undefined
    let chain: Promise<void> = Promise.resolve()
    const timeout = setTimeout(
      () => refuse(socket, 'malformed', 'No hello came within ten seconds.'),
      HELLO_TIMEOUT_MS,
    )
    socket.on('error', (error) => log.warn({ error: error.message }, 'agent connection failed'))
    socket.on('message', (data) => {
      const message = parse(String(data))
      if (message === null) {
        refuse(
          socket,
          'malformed',
          'A message could not be understood. Update the agent or the control plane.',
        )
        return
      }
      if (message.type === 'hello') {
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
      if (link && this.links.get(link.nodeId) === link) {
        this.links.delete(link.nodeId)
        this.host.onLeft(link).catch((error: Error) => log.error({ error: error.message }, 'a leave failed'))
      }
    })
  }

  private async greet(
    socket: WebSocket,
    request: IncomingMessage,
    hello: Hello,
  ): Promise<AgentLink | undefined> {
    if (hello.protocol !== PROTOCOL_VERSION) {
      refuse(
        socket,
        'protocol',
        `The agent speaks version ${hello.protocol} and the control plane version ${PROTOCOL_VERSION}. Update the older one.`,
      )
      return undefined
    }
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
    const link = new AgentLink(entry.nodeId, hello, socket)
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
    await this.host.onJoined(link, entry.ackedSeq)
    return link
  }

  private receive(link: AgentLink, message: Exclude<Parsed, { type: 'hello' }>): void {
    const failed = (error: Error) =>
      log.error({ error: error.message, nodeId: link.nodeId }, 'an agent message failed')
    if (message.type === 'heartbeat') this.host.onHeartbeat(link, message.beat).catch(failed)
    else if (message.type === 'reply') this.host.onReply(message.reply).catch(failed)
    else if (message.type === 'serving') this.host.onServing?.(link, message)
    else
      this.host.onEvents(
        link,
        message.events.map((event) => ({ ...event, nodeId: link.nodeId })),
      )
  }
}

type Parsed =
  | { type: 'hello'; hello: Hello }
  | { type: 'heartbeat'; beat: Heartbeat }
  | { type: 'reply'; reply: QueryReply }
  | ServingMessage
  | { type: 'events'; events: { seq: number; event: Arrival['event'] }[] }

/** `null` where the message as a whole is not understood; an event that is not understood is passed over by itself. */
function parse(text: string): Parsed | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const whole = agentMessage.safeParse(value)
  if (whole.success) {
    const message = whole.data
    if (message.type === 'hello') return { type: 'hello', hello: message }
    if (message.type === 'heartbeat') return { type: 'heartbeat', beat: message }
    if (message.type === 'reply') return { type: 'reply', reply: message }
    return message
  }
  return salvage(value)
}

/** A batch with a poison event: the others are kept, and the poison one is stored as seen. */
function salvage(value: unknown): Parsed | null {
  const batch = value as { type?: unknown; events?: unknown }
  if (batch?.type !== 'events' || !Array.isArray(batch.events)) return null
  const events: { seq: number; event: Arrival['event'] }[] = []
  for (const item of batch.events as { seq?: unknown; event?: unknown }[]) {
    if (typeof item?.seq !== 'number' || !Number.isSafeInteger(item.seq)) return null
    const event = durableEvent.safeParse(item.event)
    if (!event.success)
      log.error({ seq: item.seq, problem: event.error.message }, 'an event was not understood')
    events.push({ seq: item.seq, event: event.success ? event.data : null })
  }
  return { type: 'events', events }
}

function refuse(
  socket: WebSocket,
  code: Extract<AgentCommand, { type: 'refuse' }>['code'],
  message: string,
): void {
  socket.send(JSON.stringify({ type: 'refuse', code, message } satisfies AgentCommand))
  socket.close(1008, code)
}
