import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { loadRequests, requestRow } from '../../views/request-row'
import { visibleProjects } from '../../views/visible-projects'

export const listRequestsInput = z
  .strictObject({
    deploymentId: z.string().max(64).optional(),
    projectId: z.string().max(40).optional(),
    groupId: z.string().max(40).optional(),
    kind: z.enum(['image', 'video']).optional(),
    states: z
      .array(z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']))
      .max(6)
      .optional(),
    /** Only those that were, or were not, on time. */
    onTime: z.boolean().optional(),
    /** An id, or words of the prompt. */
    search: z.string().trim().min(1).max(80).optional(),
    /** `slack`: least first, for live ones. */
    order: z.enum(['newest', 'slack']).default('newest'),
    limit: z.number().int().min(1).max(500).default(100),
    offset: z.number().int().min(0).max(1_000_000).default(0),
  })
  .prefault({})

/** Requests of the person's projects and of their deployments. */
export const listRequests = person
  .input(listRequestsInput)
  .output(z.object({ journalId: z.number(), total: z.number(), requests: z.array(requestRow) }))
  .query(async ({ ctx, input }) => {
    const journalId = await lastJournalId(database().pool)
    const projectIds = await visibleProjects(ctx.principal)
    const { rows, total } = await loadRequests({ ...input, projectIds })
    return { journalId, total, requests: rows }
  })
