import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onCluster } from '../../trpc/procedures'
import { loadNodes, nodeRow } from '../../views/node-row'

export const listNodes = onCluster('viewer')
  .output(z.object({ journalId: z.number(), nodes: z.array(nodeRow) }))
  .query(async () => {
    const journalId = await lastJournalId(database().pool)
    return { journalId, nodes: await loadNodes() }
  })
