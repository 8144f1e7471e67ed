import { z } from 'zod'
import { answerCurves } from '../../curves/answer-curves'
import { curveQuery, curvesAnswer } from '../../curves/curve-query'
import { database } from '../../db/client'
import { onJob } from '../../trpc/procedures'

export const sweepCurvesInput = curveQuery.extend({
  /** Some runs instead of all. */
  runIds: z.array(z.string().max(64)).max(2000).optional(),
})

/** Curves of all runs of a sweep; unpack with `unpackCurve` of contracts/packed-curve. */
export const sweepCurves = onJob('viewer')
  .input(sweepCurvesInput)
  .output(curvesAnswer)
  .query(async ({ input }) => {
    const { prisma } = database()
    const [job, runs] = await Promise.all([
      prisma.job.findUniqueOrThrow({ where: { id: input.id }, select: { startedAt: true, createdAt: true } }),
      prisma.run.findMany({
        where: { sweepId: input.id, ...(input.runIds ? { id: { in: input.runIds } } : {}) },
        select: { id: true },
      }),
    ])
    return answerCurves(
      runs.map((run) => run.id),
      job.startedAt ?? job.createdAt,
      input,
    )
  })
