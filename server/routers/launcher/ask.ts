import { z } from 'zod'
import { database } from '../../db/client'
import { onCluster } from '../../trpc/procedures'
import { notFound, UserError } from '../../trpc/user-error'

/** Asks a launcher for a number of agents; `null` leaves it to the queue again. The leader does it at its next look. */
export const askLauncher = onCluster('admin')
  .input(z.strictObject({ name: z.string().max(64), agents: z.int().min(0).max(10_000).nullable() }))
  .output(z.object({ asked: z.number().nullable() }))
  .mutation(async ({ input }) => {
    const { prisma } = database()
    const launcher = await prisma.launcher.findUnique({ where: { name: input.name } })
    if (!launcher) throw notFound('That launcher')
    if (input.agents !== null && (input.agents < launcher.min || input.agents > launcher.max))
      throw new UserError(`${launcher.name} has from ${launcher.min} to ${launcher.max} agents.`, {
        field: ['agents'],
      })
    await prisma.launcher.update({ where: { name: input.name }, data: { asked: input.agents } })
    return { asked: input.agents }
  })
