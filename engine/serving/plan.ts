import type { WaitCode } from './choice'
import type { Stage } from './snapshot'

/** Why something was decided: the row that a page shows. */
export interface Receipt {
  code: WaitCode | RunCode | 'paused'
  /** One sentence for people, with the numbers in it. */
  message: string
  /** GPUs that it needed. */
  requested: number
  /** GPUs that were free for it. */
  available: number
}

export type RunCode = 'started' | 'continued' | 'resumed' | 'resized' | 'batched'

/** Requests that hold GPUs from now to their next boundary. */
export interface RunAction {
  kind: 'start' | 'continue' | 'resume' | 'resize' | 'batch'
  requests: readonly string[]
  gpus: readonly number[]
  phase: Stage
  sp: number
  batch: number
  rule: string
  receipt: Receipt
}

/** A request that gets nothing until a later round. */
export interface WaitAction {
  /** `pause`: it held GPUs until now. `set-aside`: it runs only when GPUs are idle. */
  kind: 'pause' | 'hold' | 'set-aside'
  request: string
  /** Steps that are done and stay done. */
  afterStep: number
  /** Who got its GPUs, where someone did. */
  gaveWayTo: readonly string[]
  rule: string
  receipt: Receipt
}

export type ServingAction = RunAction | WaitAction

/** Every request at a boundary is in it exactly once; a request inside a step is in none. */
export interface ServingPlan {
  actions: readonly ServingAction[]
  wakeAtMs?: number
}
