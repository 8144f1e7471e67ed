import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { deploymentSummary, loadDeployments } from '../../views/deployment-summary'
import { visibleProjects } from '../../views/visible-projects'

export const listDeploymentsInput = z
  .strictObject({
    states: z
      .array(z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']))
      .max(5)
      .optional(),
    limit: z.number().int().min(1).max(200).default(50),
  })
  .prefault({})

/** Deployments of all projects that the person may see, newest first. */
export const listDeployments = person
  .input(listDeploymentsInput)
  .output(z.object({ journalId: z.number(), deployments: z.array(deploymentSummary) }))
  .query(async ({ ctx, input }) => {
    const journalId = await lastJournalId(database().pool)
    return { journalId, deployments: await loadDeployments(await visibleProjects(ctx.principal), input) }
  })
