import type { Pool } from 'pg'
import { type Arrival, type Ingested, ingest } from '../server/db/ingest'
import { isAboutData } from '../server/db/is-about-data'
import { log } from './log'
import type { Turns } from './turns'

/** Between two transactions: live pages get at most this many facts a second from one sweep. */
const PACE_MS = 200
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
  private closed = false

  constructor(
    private readonly pool: Pool,
    private readonly turns: Turns,
    private readonly onStored: (stored: Ingested) => Promise<void>,
  ) {}

  add(arrivals: Arrival[]): void {
    this.waiting.push(...arrivals)
    this.schedule()
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
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

  private schedule(delay = Math.max(0, this.lastAt + PACE_MS - performance.now())): void {
    if (this.busy || this.closed || this.timer || this.waiting.length === 0) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      void this.store()
    }, delay)
  }

  private async store(): Promise<void> {
    this.busy = true
    const batch = this.waiting.splice(0, this.atOnce)
    let delay: number | undefined
    try {
      this.lastAt = performance.now()
      const stored = await this.turns.take(() => ingest(this.pool, batch))
      this.atOnce = MAX_AT_ONCE
      await this.onStored(stored)
    } catch (error) {
      log.error({ error: (error as Error).message, events: batch.length }, 'events could not be stored')
      this.waiting.unshift(...this.withoutPoison(batch, error))
      delay = isAboutData(error) ? 0 : RETRY_MS
    }
    this.busy = false
    this.schedule(delay)
  }
}
