import { z } from 'zod'
import { onDeployment } from '../../trpc/procedures'
import { makeWish } from '../../wishes/make-wish'

const wishFor = (kind: 'cancel' | 'probe') =>
  onDeployment('editor')
    .output(z.object({ wishId: z.number() }))
    .mutation(async ({ ctx, input }) => ({
      wishId: await makeWish({
        kind,
        subject: `deployment:${input.id}`,
        jobId: input.id,
        actorId: ctx.principal.userId,
      }),
    }))

/** Ends its executors and gives its GPUs back; requests in line are cancelled. */
export const stopDeployment = wishFor('cancel')
/** Measures step, encode and decode times again; requests wait meanwhile and lose no step. */
export const probeDeployment = wishFor('probe')
