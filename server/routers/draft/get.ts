import { z } from 'zod'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'

/** The form that the person did not send yet. */
export const getDraft = person
  .output(z.object({ form: z.record(z.string(), z.unknown()), updatedAt: z.date() }).nullable())
  .query(async ({ ctx }) => {
    const draft = await database().prisma.draft.findUnique({ where: { userId: ctx.principal.userId } })
    return draft && { form: draft.form as Record<string, unknown>, updatedAt: draft.updatedAt }
  })
