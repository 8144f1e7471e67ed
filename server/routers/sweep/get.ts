import { z } from 'zod'
import { sweepSpec } from '@/contracts/sweep-spec'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onJob } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'
import { loadSweep, sweepSummary } from '../../views/sweep-summary'

export const getSweepOutput = z.object({
  journalId: z.number(),
  sweep: sweepSummary.extend({
    /** The sweep file as it was accepted. */
    spec: sweepSpec,
    trainSamples: z.number().nullable(),
    validationSamples: z.number().nullable(),
    epochs: z.number().nullable(),
    evaluations: z.number(),
    projectName: z.string(),
  }),
})

export const getSweep = onJob('viewer')
  .output(getSweepOutput)
  .query(async ({ input }) => {
    const { pool, prisma } = database()
    const journalId = await lastJournalId(pool)
    const [summary, facts] = await Promise.all([
      loadSweep(input.id),
      prisma.sweep.findUnique({
        where: { jobId: input.id },
        include: { job: { select: { project: { select: { name: true } } } } },
      }),
    ])
    if (!summary || !facts) throw notFound('That sweep')
    return {
      journalId,
      sweep: {
        ...summary,
        spec: sweepSpec.parse(facts.spec),
        trainSamples: facts.trainSamples,
        validationSamples: facts.validationSamples,
        epochs: facts.epochs,
        evaluations: facts.evaluations,
        projectName: facts.job.project.name,
      },
    }
  })
