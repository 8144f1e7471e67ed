import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onCluster } from '../../trpc/procedures'
import { loadTimeline, timelineBlock } from '../../views/timeline'
import { visibleProjects } from '../../views/visible-projects'
import { span } from './span'

/** What ran where. */
export const clusterTimeline = onCluster('viewer')
  .input(span)
  .output(z.object({ journalId: z.number(), blocks: z.array(timelineBlock) }))
  .query(async ({ ctx, input }) => {
    const journalId = await lastJournalId(database().pool)
    const projects = await visibleProjects(ctx.principal)
    return { journalId, blocks: await loadTimeline(input.from, input.to, projects) }
  })
