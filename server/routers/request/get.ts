import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onRequest } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'
import { loadRequestDetail, requestDetail } from '../../views/request-detail'

/** One request with its waterfall, receipts and slack over time. */
export const getRequest = onRequest('viewer')
  .output(requestDetail.extend({ journalId: z.number() }))
  .query(async ({ input }) => {
    const journalId = await lastJournalId(database().pool)
    const detail = await loadRequestDetail(input.id)
    if (!detail) throw notFound('That request')
    return { journalId, ...detail }
  })
