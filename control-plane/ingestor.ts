import type { Pool } from 'pg'
import { type Arrival, type Ingested, ingest } from '../server/db/ingest'
import { isAboutData } from '../server/db/is-about-data'
import { log } from './log'
import type { Turns } from './turns'

/** Between two transactions: live pages get at most this many facts a second from one sweep. */
const PACE_MS = 200
/** The same where a slot waits for what is decided next. */
const PROMPT_PACE_MS = 20
/** A run, or its slot, stands still until the leader has seen it. */
const WAITED_FOR: ReadonlySet<string> = new Set(['evaluation', 'attempt', 'request-parked', 'request-ended'])
const MAX_AT_ONCE = 20_000
const RETRY_MS = 1_000

/**
 * Collects what agents report and stores it in one transaction after the other. Acknowledged is only what is committed;
 * an agent sends only a few batches ahead of that, so while the database is away its spool holds the rest.
 */
export class Ingestor {
  private waiting: Arrival[] = []
  private atOnce = MAX_AT_ONCE
  private timer: NodeJS.Timeout | undefined
  private lastAt = 0
  private busy = false
  /** A decision waits for something in `waiting`. */
  private awaited = false
  private closed = false

  constructor(
    private readonly pool: Pool,
    private readonly turns: Turns,
    private readonly onStored: (stored: Ingested) => Promise<void>,
  ) {}

  add(arrivals: Arrival[]): void {
    this.waiting.push(...arrivals)
    if (!this.awaited && arrivals.some(({ event }) => event && WAITED_FOR.has(event.kind))) {
      this.awaited = true
      this.cancel()
    }
    this.schedule()
  }

  close(): void {
    this.closed = true
    this.cancel()
  }

  private cancel(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  /** Values that no column takes: smaller and smaller batches find the event, which is then passed over. */
  private withoutPoison(batch: Arrival[], error: unknown): Arrival[] {
    if (!isAboutData(error)) return batch
    if (batch.length > 1) {
      this.atOnce = Math.ceil(batch.length / 2)
      return batch
    }
    log.error({ event: batch[0] }, 'an event that the database cannot take was passed over')
    return batch.map((arrival) => ({ ...arrival, event: null }))
  }

  private schedule(pace = this.awaited ? PROMPT_PACE_MS : PACE_MS): void {
    if (this.busy || this.closed || this.timer || this.waiting.length === 0) return
    this.timer = setTimeout(
      () => {
        this.timer = undefined
        void this.store()
      },
      Math.max(0, this.lastAt + pace - performance.now()),
    )
  }

  private async store(): Promise<void> {
    this.busy = true
    const batch = this.waiting.splice(0, this.atOnce)
    this.awaited = false
    let pace: number | undefined
    try {
      this.lastAt = performance.now()
      const stored = await this.turns.take(() => ingest(this.pool, batch))
      this.atOnce = MAX_AT_ONCE
      await this.onStored(stored)
    } catch (error) {
      log.error({ error: (error as Error).message, events: batch.length }, 'events could not be stored')
      this.waiting.unshift(...this.withoutPoison(batch, error))
      pace = isAboutData(error) ? 0 : RETRY_MS
    }
    this.busy = false
    this.schedule(pace)
  }
}
