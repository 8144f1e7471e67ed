import { z } from 'zod'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'

export const saveSettingsInput = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  singleKeys: z.boolean().optional(),
})

/** Settings of a person for all their devices; what is not named stays. */
export const saveSettings = person
  .input(saveSettingsInput)
  .output(z.object({ settings: z.record(z.string(), z.unknown()) }))
  .mutation(async ({ ctx, input }) => {
    const { prisma } = database()
    const where = { id: ctx.principal.userId }
    const user = await prisma.user.findUniqueOrThrow({ where, select: { settings: true } })
    const settings = { ...(user.settings as Record<string, unknown>), ...input }
    await prisma.user.update({ where, data: { settings: settings as object } })
    return { settings }
  })
