import type { RunRequests } from '../../contracts/serving-commands'
import type { Stage } from '../../engine/serving/snapshot'
import type { LiveRequest } from './live-request'
import type { Slot } from './slot'

/** One `run-requests`: one stage of one request, or of several that share it, on some GPUs until it ends. */
export interface Order {
  id: string
  executorId: string
  stage: Stage
  requests: LiveRequest[]
  /** Leader first. */
  slots: readonly Slot[]
  /** Where what its GPUs did before is over; undefined while it waits for that. Unix milliseconds. */
  begunMs: number | undefined
  /** When the phase or step that it is in should be over. */
  unitEndMs: number
  /** Its boundary was decided about already. */
  isDecided: boolean
  /** It was asked to pause at its next boundary. */
  askedToPauseMs: number | undefined
  /** End of its last unit, as the node measured it: what comes after begins there. */
  lastUnitEndMs: number | undefined
  timer: NodeJS.Timeout | undefined
  /** As it was sent, to be said again after a lost connection; undefined for one that a predecessor gave. */
  command: RunRequests | undefined
  /** Rows say that something runs here and its executor has not said so yet. */
  isGuess: boolean
}
