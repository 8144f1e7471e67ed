import type { Order } from './order'

/** One GPU of a deployment. */
export interface Slot {
  gpuId: string
  nodeId: string
  /** The executor that lives there and its rank in it; `null` while none is ready. */
  executorId: string | null
  rank: number
  /** What it does. */
  order: Order | undefined
  /** What it does from its next boundary on: sent already, so that nothing waits for a message. */
  next: Order | undefined
}

/** Free now, and for whatever comes next. */
export const isIdle = (slot: Slot): boolean =>
  slot.executorId !== null && slot.order === undefined && slot.next === undefined
