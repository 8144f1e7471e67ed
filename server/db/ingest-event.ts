import type { DurableEvent } from '../../contracts/agent-events'

/** The durable event of one kind. */
export type EventOf<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>
