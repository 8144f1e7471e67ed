import { z } from 'zod'
import { sweepSpec } from '@/contracts/sweep-spec'
import { database } from '../../db/client'
import { onJob } from '../../trpc/procedures'
import { UserError } from '../../trpc/user-error'
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
    if (gpus !== undefined) await checkWidth(id, gpus)
    if (gpus !== undefined) wishIds.push(await makeWish({ ...wish, kind: 'gpus', data: { gpus } }))
    return { wishIds }
  })

/** Executors of a fixed width share out all GPUs of their sweep. */
async function checkWidth(id: string, gpus: number): Promise<void> {
  const sweep = await database().prisma.sweep.findUnique({ where: { jobId: id }, select: { spec: true } })
  const width = sweepSpec.safeParse(sweep?.spec).data?.gpus_per_executor ?? 1
  if (gpus % width !== 0)
    throw new UserError(`Its executors span ${width} GPUs each. Ask for a multiple of ${width}.`, {
      field: ['gpus'],
    })
}
