import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { decisionRow, loadDecisions } from '../../views/decision-row'
import { visibleProjects } from '../../views/visible-projects'

export const listDecisionsInput = z
  .strictObject({
    sweepId: z.string().max(64).optional(),
    runId: z.string().max(64).optional(),
    kinds: z.array(z.string().max(40)).max(20).optional(),
    reasons: z.array(z.string().max(40)).max(20).optional(),
    before: z.number().int().optional(),
    /** A list has no use for the peers of each decision; `decision.get` has them. */
    peers: z.boolean().default(true),
    limit: z.number().int().min(1).max(500).default(100),
  })
  .prefault({})

/** Decisions that the person may see, newest first; `before` pages on. */
export const listDecisions = person
  .input(listDecisionsInput)
  .output(z.object({ journalId: z.number(), decisions: z.array(decisionRow) }))
  .query(async ({ ctx, input }) => {
    const journalId = await lastJournalId(database().pool)
    const projectIds = await visibleProjects(ctx.principal)
    const { sweepId, ...filter } = input
    return { journalId, decisions: await loadDecisions({ ...filter, jobId: sweepId, projectIds }) }
  })
