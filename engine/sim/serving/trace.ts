import type { RequestKind } from '../../serving/profile'

/** One line of a trace: a request as it was or would be sent. */
export interface TraceRequest {
  id: string
  arrivalMs: number
  kind: RequestKind
  resolution: string | number
  frames: number
  steps: number
  /** On the clock of `arrivalMs`. */
  deadlineMs: number
  /** How much its deadline counts; 1 where absent. */
  weight?: number
}
