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

/** Read before anything else: a hello of another version may have any shape. */
function protocolOf(value: unknown): number | null {
  const hello = value as { type?: unknown; protocol?: unknown } | null
  return hello?.type === 'hello' && typeof hello.protocol === 'number' ? hello.protocol : null
}

/** A batch with a poison event: the others are kept, and the poison one is stored as seen. */
function salvage(value: unknown): AgentSaid | null {
  const batch = value as { type?: unknown; events?: unknown } | null
  if (batch?.type !== 'events' || !Array.isArray(batch.events)) return null
  const events: { seq: number; event: DurableEvent | null }[] = []
  for (const item of batch.events as ({ seq?: unknown; event?: unknown } | null)[]) {
    if (typeof item?.seq !== 'number' || !Number.isSafeInteger(item.seq)) return null
    const event = durableEvent.safeParse(item.event)
    if (!event.success)
      log.error({ seq: item.seq, problem: event.error.message }, 'an event was not understood')
    events.push({ seq: item.seq, event: event.success ? event.data : null })
  }
  return { type: 'events', events }
}
