import { setTimeout as pause } from 'node:timers/promises'
import { database } from '../db/client'
import { type JournalRow, lastJournalId, readJournal } from '../db/journal'
import { journalFeed } from './journal-feed'

export interface JournalBatch {
  /** Highest id that was looked at, also where nothing of it was for this reader. */
  lastId: number
  rows: JournalRow[]
  /** Too much was missed to send it one by one: read everything again, then go on from `lastId`. */
  reset: boolean
}

export interface Follow {
  /** The last id that the reader has seen; `null` starts at the present. */
  after: number | null
  wants: (row: JournalRow) => boolean | Promise<boolean>
  signal: AbortSignal
}

/** At most four batches a second leave for one page. */
const COALESCE_MS = 250
const PAGE = 1_000
/** More than that is quicker read anew than replayed. */
const LONGEST_REPLAY = 20_000

/**
 * Follows the journal without a gap: subscribes first, replays what was written since `after`, then forwards what
 * comes, dropping what was replayed already. Ends when the signal aborts.
 */
export async function* followJournal(follow: Follow): AsyncGenerator<JournalBatch> {
  const queue: JournalRow[] = []
  let wake: () => void = () => {}
  const unsubscribe = await journalFeed().subscribe((rows) => {
    queue.push(...rows)
    wake()
  })
  const onAbort = () => wake()
  follow.signal.addEventListener('abort', onAbort)
  try {
    let lastId = follow.after ?? (await lastJournalId(database().pool))
    for await (const batch of replay(lastId, follow)) {
      lastId = batch.lastId
      yield batch
    }
    while (!follow.signal.aborted) {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      if (follow.signal.aborted) return
      const fresh = queue.splice(0).filter((row) => row.id > lastId)
      if (fresh.length === 0) continue
      lastId = fresh[fresh.length - 1]!.id
      const rows = await wanted(fresh, follow)
      if (rows.length === 0) continue
      yield { lastId, rows, reset: false }
      // A reader that leaves ends the pause; its listener on the signal goes with it.
      await pause(COALESCE_MS, undefined, { signal: follow.signal }).catch(() => {})
    }
  } finally {
    follow.signal.removeEventListener('abort', onAbort)
    unsubscribe()
  }
}

async function* replay(after: number, follow: Follow): AsyncGenerator<JournalBatch> {
  const { pool } = database()
  const newest = await lastJournalId(pool)
  if (newest - after > LONGEST_REPLAY) {
    yield { lastId: newest, rows: [], reset: true }
    return
  }
  for (let lastId = after; !follow.signal.aborted; ) {
    const page = await readJournal(pool, lastId, { limit: PAGE })
    if (page.length === 0) return
    lastId = page[page.length - 1]!.id
    const rows = await wanted(page, follow)
    if (rows.length > 0) yield { lastId, rows, reset: false }
    if (page.length < PAGE) return
  }
}

async function wanted(rows: readonly JournalRow[], { wants }: Follow): Promise<JournalRow[]> {
  const kept: JournalRow[] = []
  for (const row of rows) if (await wants(row)) kept.push(row)
  return kept
}
