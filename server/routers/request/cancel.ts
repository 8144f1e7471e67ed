import { z } from 'zod'
import { cancelRequests } from '../../serving/cancel-request'
import { onRequest } from '../../trpc/procedures'

/** Ends it at its next step boundary and frees its memory. False where it had ended already. */
export const cancelRequest = onRequest('editor')
  .output(z.object({ cancelled: z.boolean() }))
  .mutation(async ({ ctx, input }) => ({
    cancelled: (await cancelRequests([input.id], ctx.principal.name)) > 0,
  }))
