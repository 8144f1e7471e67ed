import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onCluster } from '../../trpc/procedures'
import { loadPlanned, plannedBlock } from '../../views/planned-blocks'
import { loadTimeline, timelineBlock } from '../../views/timeline'
import { visibleProjects } from '../../views/visible-projects'
import { span } from './span'

/** What ran where, and what is planned after now. */
export const clusterTimeline = onCluster('viewer')
  .input(span)
  .output(z.object({ journalId: z.number(), blocks: z.array(timelineBlock), planned: z.array(plannedBlock) }))
  .query(async ({ ctx, input }) => {
    const journalId = await lastJournalId(database().pool)
    const projects = await visibleProjects(ctx.principal)
    const [blocks, planned] = await Promise.all([
      loadTimeline(input.from, input.to, projects),
      loadPlanned(projects),
    ])
    return { journalId, blocks, planned }
  })
