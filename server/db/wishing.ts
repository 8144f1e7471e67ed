import type { PoolClient } from 'pg'
import type { JournalEntry } from './journal'

export interface Wish {
  id: number
  kind: string
  subject: string
  data: Record<string, unknown>
  actorId: string | null
}

/** What a wish came to: a sentence where it was refused; `later` where its first phase is done and it goes on. */
export type Outcome = { done: true } | { later: true } | { refusal: string }

export interface Wishing {
  client: PoolClient
  wish: Wish
  /** Name of who wishes, for sentences. */
  actor: string
  parkedSeconds: number
  journal: JournalEntry[]
}
