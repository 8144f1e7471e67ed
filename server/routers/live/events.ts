import { tracked } from '@trpc/server'
import { z } from 'zod'
import { followJournal } from '../../events/follow-journal'
import { maySeeJob } from '../../events/may-see'
import { person } from '../../trpc/procedures'

export const liveEventsInput = z.strictObject({
  /** `journalId` of the answer that the page shows. */
  after: z.number().int().min(0).optional(),
  /** Set by the client library when it connects again. */
  lastEventId: z.string().nullish(),
  /** Only this sweep (and what belongs to no job), with its metric points; without it points are left out. */
  sweepId: z.string().max(64).optional(),
})

export interface LiveEvent {
  id: number
  at: Date
  /** See docs/spec/journal.md. */
  kind: string
  jobId: string | null
  runId: string | null
  nodeId: string | null
  data: unknown
}

export interface LiveBatch {
  events: LiveEvent[]
  /** Too much was missed: read every query again. */
  reset: boolean
}

/** What changed, in order and without gaps, at most four times a second. One subscription a page. */
export const liveEvents = person.input(liveEventsInput).subscription(async function* ({
  ctx,
  input,
  signal,
}) {
  const resumed = input.lastEventId ? Number(input.lastEventId) : input.after
  const after = resumed !== undefined && Number.isSafeInteger(resumed) ? resumed : null
  const { sweepId } = input
  const follow = followJournal({
    after,
    signal: signal ?? new AbortController().signal,
    wants: async (row) => {
      if (sweepId ? row.jobId !== null && row.jobId !== sweepId : row.kind === 'metrics') return false
      return maySeeJob(ctx.principal, row.jobId)
    },
  })
  for await (const batch of follow) {
    const answer: LiveBatch = { events: batch.rows, reset: batch.reset }
    yield tracked(String(batch.lastId), answer)
  }
})
