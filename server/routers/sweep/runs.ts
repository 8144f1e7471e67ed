import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onJob } from '../../trpc/procedures'
import { loadRuns, runRow } from '../../views/run-row'

/** All runs of a sweep, in order of their number. */
export const listRuns = onJob('viewer')
  .output(z.object({ journalId: z.number(), runs: z.array(runRow) }))
  .query(async ({ input }) => {
    const journalId = await lastJournalId(database().pool)
    return { journalId, runs: await loadRuns(input.id) }
  })
