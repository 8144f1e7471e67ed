import { z } from 'zod'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'

const LARGEST_BYTES = 64 * 1024

export const saveDraftInput = z.strictObject({
  /** `null` throws the draft away. */
  form: z
    .record(z.string(), z.unknown())
    .refine((form) => JSON.stringify(form).length <= LARGEST_BYTES, 'A draft has at most 64 KiB.')
    .nullable(),
})

export const saveDraft = person
  .input(saveDraftInput)
  .output(z.object({ saved: z.boolean() }))
  .mutation(async ({ ctx, input }) => {
    const { prisma } = database()
    const { userId } = ctx.principal
    if (input.form === null) await prisma.draft.deleteMany({ where: { userId } })
    else {
      const form = input.form as object
      await prisma.draft.upsert({ where: { userId }, create: { userId, form }, update: { form } })
    }
    return { saved: input.form !== null }
  })
