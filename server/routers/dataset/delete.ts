import { z } from 'zod'
import { dropArtifact } from '../../artifacts/artifact-store'
import { database } from '../../db/client'
import { onDataset } from '../../trpc/procedures'
import { UserError } from '../../trpc/user-error'

/** Deletes an uploaded data set; refused while a sweep that has not ended trains on it. */
export const deleteDataset = onDataset('editor')
  .output(z.object({ deleted: z.literal(true) }))
  .mutation(async ({ ctx }) => {
    const { prisma } = database()
    const { dataset } = ctx
    const user = await prisma.sweep.findFirst({
      where: { dataset: dataset.path, job: { state: { in: ['waiting', 'running'] } } },
      select: { job: { select: { name: true } } },
    })
    if (user)
      throw new UserError(`${dataset.name} is in use by ${user.job.name}. Cancel that sweep first.`, {
        code: 'CONFLICT',
      })
    await prisma.dataset.delete({ where: { id: dataset.id } })
    await dropArtifact(dataset.path)
    return { deleted: true as const }
  })
