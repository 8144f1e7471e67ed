import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { loadSweeps, sweepSummary } from '../../views/sweep-summary'
import { visibleProjects } from '../../views/visible-projects'

export const listSweepsInput = z
  .strictObject({
    projectId: z.string().max(40).optional(),
    states: z
      .array(z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']))
      .max(5)
      .optional(),
    search: z.string().max(80).optional(),
    limit: z.number().int().min(1).max(500).default(100),
    offset: z.number().int().min(0).max(1_000_000).default(0),
  })
  .prefault({})

/** Sweeps of all projects that the person may see, newest first. */
export const listSweeps = person
  .input(listSweepsInput)
  .output(z.object({ journalId: z.number(), sweeps: z.array(sweepSummary) }))
  .query(async ({ ctx, input }) => {
    const journalId = await lastJournalId(database().pool)
    const visible = await visibleProjects(ctx.principal)
    const projects = input.projectId ? visible.filter((id) => id === input.projectId) : visible
    return { journalId, sweeps: await loadSweeps(projects, input) }
  })
