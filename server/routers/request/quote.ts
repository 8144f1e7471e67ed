import { z } from 'zod'
import { requestSpec } from '@/contracts/request-spec'
import { examineRequest } from '../../serving/create-requests'
import { storedQuote } from '../../serving/stored-quote'
import { toDeployment } from '../../trpc/procedures'

/** When it would be ready, or what would make it, or why not; nothing is queued. Refuses what `create` would refuse. */
export const quoteRequestProcedure = toDeployment('viewer')
  .input(z.object({ spec: requestSpec }))
  .output(
    z.object({
      quote: storedQuote,
      deadlineAt: z.date(),
      /** With what the model decides filled in. */
      width: z.number(),
      height: z.number(),
      frames: z.number(),
      steps: z.number(),
    }),
  )
  .query(async ({ ctx, input }) => {
    const { quote, deadlineMs, request } = await examineRequest(input.spec, {
      deploymentId: input.deploymentId,
      projectId: ctx.projectId,
      userId: ctx.principal.userId,
    })
    const { width, height, frames, steps } = request
    return { quote, deadlineAt: new Date(deadlineMs), width, height, frames, steps }
  })
