import { z } from 'zod'
import { onJob } from '../../trpc/procedures'
import { makeWish } from '../../wishes/make-wish'

export const changeSweepInput = z.strictObject({
  id: z.string().min(1).max(64),
  /** −100 to 100; higher goes first. */
  priority: z.int().min(-100).max(100).optional(),
  /** Only while it waits. */
  gpus: z.int().min(1).max(10_000).optional(),
})

/** Another priority, or another number of GPUs for a sweep that waits: what the button beside "why it waits" asks for. */
export const changeSweep = onJob('editor')
  .input(changeSweepInput)
  .output(z.object({ wishIds: z.array(z.number()) }))
  .mutation(async ({ ctx, input }) => {
    const { id, priority, gpus } = input
    const wish = { subject: `sweep:${id}`, jobId: id, actorId: ctx.principal.userId } as const
    const wishIds: number[] = []
    if (priority !== undefined)
      wishIds.push(await makeWish({ ...wish, kind: 'priority', data: { priority } }))
    if (gpus !== undefined) wishIds.push(await makeWish({ ...wish, kind: 'gpus', data: { gpus } }))
    return { wishIds }
  })
