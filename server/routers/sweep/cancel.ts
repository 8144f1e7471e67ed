import { z } from 'zod'
import { onJob } from '../../trpc/procedures'
import { makeWish } from '../../wishes/make-wish'

/** Parks every run of the sweep; nothing is lost. The journal tells when it is done. */
export const cancelSweep = onJob('editor')
  .output(z.object({ wishId: z.number() }))
  .mutation(async ({ ctx, input }) => ({
    wishId: await makeWish({ kind: 'cancel', subject: `sweep:${input.id}`, actorId: ctx.principal.userId }),
  }))
