import { answerCurves } from '../../curves/answer-curves'
import { curveQuery, curvesAnswer } from '../../curves/curve-query'
import { database } from '../../db/client'
import { onRun } from '../../trpc/procedures'

/** All metrics of one run; unpack with `unpackCurve` of contracts/packed-curve. */
export const runCurve = onRun('viewer')
  .input(curveQuery)
  .output(curvesAnswer)
  .query(async ({ ctx, input }) => {
    const job = await database().prisma.job.findUniqueOrThrow({ where: { id: ctx.sweepId } })
    return answerCurves([input.id], job.startedAt ?? job.createdAt, input)
  })
