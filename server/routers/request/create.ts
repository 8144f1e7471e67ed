import { z } from 'zod'
import { requestSpec } from '@/contracts/request-spec'
import { createRequests } from '../../serving/create-requests'
import { storedQuote } from '../../serving/stored-quote'
import { toDeployment } from '../../trpc/procedures'

/** Queues an image or a video, or refuses it with one sentence; nothing is half done. */
export const createRequest = toDeployment('editor')
  .input(z.object({ spec: requestSpec }))
  .output(z.object({ ids: z.array(z.string()), groupId: z.string(), quote: storedQuote }))
  .mutation(({ ctx, input }) =>
    createRequests(input.spec, {
      deploymentId: input.deploymentId,
      projectId: ctx.projectId,
      userId: ctx.principal.userId,
    }),
  )
