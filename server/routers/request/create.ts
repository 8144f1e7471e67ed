import { z } from 'zod'
import { requestSpec } from '@/contracts/request-spec'
import { createRequests } from '../../serving/create-requests'
import { storedQuote } from '../../serving/stored-quote'
import { toDeployment } from '../../trpc/procedures'

const MAX_KEY = 200

/** Queues an image or a video, once for each `Idempotency-Key`, or refuses it with one sentence; nothing is half done. */
export const createRequest = toDeployment('editor')
  .input(z.object({ spec: requestSpec }))
  .output(z.object({ ids: z.array(z.string()), groupId: z.string(), quote: storedQuote }))
  .mutation(({ ctx, input }) =>
    createRequests(input.spec, {
      deploymentId: input.deploymentId,
      projectId: ctx.projectId,
      userId: ctx.principal.userId,
      onceKey: ctx.headers.get('idempotency-key')?.slice(0, MAX_KEY) ?? null,
    }),
  )
