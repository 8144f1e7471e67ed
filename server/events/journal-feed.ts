import { database } from '../db/client'
import { JOURNAL_CHANNEL, type JournalRow, lastJournalId, readJournal } from '../db/journal'
import { type Listener, listen } from '../db/listen'
import { env } from '../env'
import { log } from '../log'

type Receive = (rows: readonly JournalRow[]) => void

/** In case a doorbell was lost with its connection. */
const POLL_MS = 2_000
const PAGE = 1_000

/**
 * Reads the journal once for all live pages of this process: one LISTEN connection, one read a doorbell, any number
 * of subscribers. Starts with the first subscriber and stops with the last.
 */
class JournalFeed {
  private readonly subscribers = new Set<Receive>()
  private listener: Listener | undefined
  private timer: NodeJS.Timeout | undefined
  private lastId = 0
  private reading = false
  private rungAgain = false

  /** From now on; call `unsubscribe` when done. What was before is in the journal. */
  async subscribe(receive: Receive): Promise<() => void> {
    if (this.subscribers.size === 0) {
      this.lastId = await lastJournalId(database().pool)
      this.listener ??= listen(
        env().DATABASE_URL,
        [JOURNAL_CHANNEL],
        () => this.ring(),
        (error) => log.warn({ err: error }, 'the journal is not heard; trying again'),
      )
      this.timer ??= setInterval(() => this.ring(), POLL_MS)
    }
    this.subscribers.add(receive)
    return () => {
      this.subscribers.delete(receive)
      if (this.subscribers.size === 0) this.stop()
    }
  }

  private stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
    const { listener } = this
    this.listener = undefined
    listener
      ?.close()
      .catch((error: unknown) => log.warn({ err: error }, 'the journal connection did not close'))
  }

  private ring(): void {
    if (this.reading) {
      this.rungAgain = true
      return
    }
    this.reading = true
    this.read()
      .catch((error: unknown) => log.warn({ err: error }, 'the journal could not be read'))
      .finally(() => {
        this.reading = false
        if (this.rungAgain) {
          this.rungAgain = false
          this.ring()
        }
      })
  }

  private async read(): Promise<void> {
    for (;;) {
      const rows = await readJournal(database().pool, this.lastId, { limit: PAGE })
      if (rows.length === 0) return
      this.lastId = rows[rows.length - 1]!.id
      for (const receive of this.subscribers) receive(rows)
      if (rows.length < PAGE) return
    }
  }
}

const holder = globalThis as typeof globalThis & { altoJournalFeed?: JournalFeed }

/** The feed of this process; on `globalThis`, since a development server loads modules again. */
export function journalFeed(): Pick<JournalFeed, 'subscribe'> {
  holder.altoJournalFeed ??= new JournalFeed()
  return holder.altoJournalFeed
}
