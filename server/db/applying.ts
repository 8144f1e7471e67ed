import type { PoolClient } from 'pg'
import type { ExitDecision } from '../../engine/model/tuning'
import type { JournalEntry } from './journal'

export interface PlanSettings {
  /** How long a run's lease lasts without renewal. */
  leaseSeconds: number
  /** How long a stopped run stays revivable. */
  parkedSeconds: number
  /** The sentence of an early-exit decision. */
  sentence: (decision: ExitDecision) => string
}

/** What every action of a plan is applied with. */
export interface Applying {
  client: PoolClient
  settings: PlanSettings
  journal: JournalEntry[]
  /** Executors that this plan starts, by the id that the plan gave them: a plan knows only of those that live. */
  executorIds: Map<string, string>
}
