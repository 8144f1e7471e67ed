import {
  agentMessage,
  type DurableEvent,
  durableEvent,
  type Heartbeat,
  type Hello,
  PROTOCOL_VERSION,
  type QueryReply,
} from '../../contracts/agent-events'
import type { ServingMessage } from '../../contracts/serving-events'
import { log } from '../log'
import { readMetrics } from './read-metrics'

/** What an agent said. An event is `null` where it could not be understood. */
export type AgentSaid =
  | { type: 'hello'; hello: Hello }
  /** A hello of a protocol that this program does not speak, whatever else it says. */
  | { type: 'other-version'; protocol: number }
  | { type: 'heartbeat'; beat: Heartbeat }
  | { type: 'reply'; reply: QueryReply }
  | { type: 'identity-stored' }
  | ServingMessage
  | { type: 'events'; events: { seq: number; event: DurableEvent | null }[] }

/** `null` where the message as a whole is not understood; an event that is not understood is passed over by itself. */
export function parseMessage(text: string): AgentSaid | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const protocol = protocolOf(value)
  if (protocol !== null && protocol !== PROTOCOL_VERSION) return { type: 'other-version', protocol }
  if (isBatch(value)) return readBatch(value.events)
  const whole = agentMessage.safeParse(value)
  if (whole.success) {
    const message = whole.data
    if (message.type === 'hello') return { type: 'hello', hello: message }
    if (message.type === 'heartbeat') return { type: 'heartbeat', beat: message }
    if (message.type === 'reply') return { type: 'reply', reply: message }
    return message.type === 'events' ? readBatch(message.events) : message
  }
  return null
}

/** Read before anything else: a hello of another version may have any shape. */
function protocolOf(value: unknown): number | null {
  const hello = value as { type?: unknown; protocol?: unknown } | null
  return hello?.type === 'hello' && typeof hello.protocol === 'number' ? hello.protocol : null
}

function isBatch(value: unknown): value is { events: unknown[] } {
  const batch = value as { type?: unknown; events?: unknown } | null
  return batch?.type === 'events' && Array.isArray(batch.events)
}

/** Event by event: a poison one is passed over and stored as seen, the others are kept. */
function readBatch(items: readonly unknown[]): AgentSaid | null {
  const events: { seq: number; event: DurableEvent | null }[] = []
  for (const item of items as readonly ({ seq?: unknown; event?: unknown } | null)[]) {
    if (typeof item?.seq !== 'number' || !Number.isSafeInteger(item.seq)) return null
    events.push({ seq: item.seq, event: readMetrics(item.event) ?? readEvent(item.seq, item.event) })
  }
  return { type: 'events', events }
}

function readEvent(seq: number, value: unknown): DurableEvent | null {
  const event = durableEvent.safeParse(value)
  if (!event.success) log.error({ seq, problem: event.error.message }, 'an event was not understood')
  return event.success ? event.data : null
}
