import type { RequestView, ServingSnapshot } from './snapshot'

/** What a policy runs from now to the next boundary: one phase or one step on a set of GPUs. */
export interface Choice {
  /** One request, or several images of one shape and one stage that share it. */
  readonly requests: readonly RequestView[]
  /** Free GPUs of one node, the leader first. */
  readonly gpus: readonly number[]
  /** Rule id of `docs/spec/serving.md` that chose it. */
  readonly rule: string
}

/** Why a request that could move gets nothing in this round. */
export type WaitCode =
  /** Others go first on the GPUs that there are. */
  | 'gpus-busy'
  /** GPUs are free but fewer than it needs at once. */
  | 'gang'
  /** No degree meets its deadline any more: it runs when GPUs are idle. */
  | 'cannot-make-it'
  /** Its deadline could be met, at the price of others: it runs when GPUs are idle. */
  | 'set-aside'

export interface Wait {
  readonly code: WaitCode
  /** GPUs that it would need now. */
  readonly requested: number
  /** GPUs that were free for it. */
  readonly available: number
  readonly rule: string
}

/** The whole outcome of a policy, before it is explained. Who is in neither waits for busy GPUs. */
export interface Choices {
  readonly run: readonly Choice[]
  readonly waits?: ReadonlyMap<string, Wait>
  /** A policy that wants a round at a time when nothing else happens. */
  readonly wakeAtMs?: number
}

/** Total and deterministic; draws nothing from outside the snapshot. */
export type Policy = (snapshot: ServingSnapshot, now: number) => Choices
