import { database } from '../db/client'
import { journalFeed } from '../events/journal-feed'

export interface EndedRequest {
  id: string
  state: 'done' | 'failed' | 'cancelled'
  error: string | null
  sentence: string | null
  seed: number
  resultPath: string | null
  resultType: string | null
}

/** In case a doorbell was lost. */
const POLL_MS = 2_000

/**
 * Waits until all have ended, by the journal: any number of waiting clients cost one connection.
 *
 * @returns in the order of `ids`; `null` where `signal` was aborted or the time is over
 */
export async function awaitRequests(
  ids: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<EndedRequest[] | null> {
  const waiting = new Set(ids)
  let wake = () => {}
  const unsubscribe = await journalFeed().subscribe((rows) => {
    for (const row of rows)
      if (row.kind === 'request' && waiting.has((row.data as { requestId?: string }).requestId ?? '')) wake()
  })
  const until = Date.now() + timeoutMs
  const abort = () => wake()
  signal.addEventListener('abort', abort)
  try {
    for (;;) {
      const rung = new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, POLL_MS).unref()
      })
      const ended = await endedOf(ids)
      if (ended) return ended
      if (signal.aborted || Date.now() > until) return null
      await rung
    }
  } finally {
    signal.removeEventListener('abort', abort)
    unsubscribe()
  }
}

async function endedOf(ids: readonly string[]): Promise<EndedRequest[] | null> {
  const rows = await database().prisma.request.findMany({
    where: { id: { in: [...ids] }, state: { in: ['done', 'failed', 'cancelled'] } },
    select: {
      id: true,
      state: true,
      error: true,
      sentence: true,
      seed: true,
      resultPath: true,
      resultType: true,
    },
  })
  if (rows.length < ids.length) return null
  return ids.map((id) => rows.find((row) => row.id === id)! as EndedRequest)
}
