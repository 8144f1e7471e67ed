import type { Stage } from '../../serving/snapshot'

/** One interval in which a GPU set worked for requests. Switching and resuming lie before `startMs`. */
export interface HeldInterval {
  startMs: number
  endMs: number
  gpus: readonly number[]
  requests: readonly string[]
  phase: Stage
  /** Denoising steps that were done in it; 0 for encode and decode. */
  steps: number
  sp: number
  batch: number
}

export interface Finished {
  finishedMs: number
  request: string
}

export type ServingLogEvent = HeldInterval | Finished

export function isFinished(event: ServingLogEvent): event is Finished {
  return 'finishedMs' in event
}
