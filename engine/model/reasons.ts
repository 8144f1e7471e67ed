/** Why a run does not train. The vocabulary of pages, decisions and exports (`docs/spec/early-exit.md`). */
export const STOP_REASONS = [
  'diverged',
  'non-finite',
  'out-of-memory',
  'overfitting',
  'underperforming',
  'plateau',
  'user',
  'preempted',
  'budget',
] as const

export type StopReason = (typeof STOP_REASONS)[number]

/** One unmet need of something that got nothing in a plan. A `hold` lists all of them. */
export interface HoldReason {
  code:
    | 'gpus-busy'
    | 'gpus-missing'
    | 'node-too-small'
    | 'node-drained'
    | 'node-unreachable'
    | 'memory'
    | 'fair-share'
    | 'priority'
    | 'slots-busy'
    | 'peers'
    | 'model-missing'
    | 'no-agent'
    | 'deadline'
    | 'paused-by-user'
  /** One sentence for people, with the numbers in it. */
  message: string
  requested: number
  available: number
}
