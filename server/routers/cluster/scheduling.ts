import { z } from 'zod'
import { database } from '../../db/client'
import { onCluster } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'
import { makeWish } from '../../wishes/make-wish'

const schedulingWish = (kind: 'drain' | 'cordon' | 'open') =>
  onCluster('admin')
    .input(z.strictObject({ nodeId: z.string().max(64) }))
    .output(z.object({ wishId: z.number() }))
    .mutation(async ({ ctx, input }) => {
      if ((await database().prisma.node.count({ where: { id: input.nodeId } })) === 0)
        throw notFound('That node')
      const wishId = await makeWish({ kind, subject: `node:${input.nodeId}`, actorId: ctx.principal.userId })
      return { wishId }
    })

/** Takes nothing new and gives up what it holds at the next step boundary. */
export const drainNode = schedulingWish('drain')
/** Takes nothing new; what it holds goes on. */
export const cordonNode = schedulingWish('cordon')
/** Takes work again. */
export const openNode = schedulingWish('open')
