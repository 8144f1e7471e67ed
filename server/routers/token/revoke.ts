import { z } from 'zod'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'

/** Ends one of the person's own tokens at once. */
export const revokeToken = person
  .input(z.strictObject({ id: z.string().max(64) }))
  .output(z.object({ revoked: z.literal(true) }))
  .mutation(async ({ ctx, input }) => {
    const { prisma } = database()
    const { userId } = ctx.principal
    const { count } = await prisma.apiToken.deleteMany({ where: { id: input.id, userId } })
    if (count === 0) throw notFound('That token')
    return { revoked: true as const }
  })
