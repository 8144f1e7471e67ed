import { z } from 'zod'
import { database } from '../../db/client'
import { writeJournal } from '../../db/journal'
import { inTransaction } from '../../db/transaction'
import { onJob } from '../../trpc/procedures'
import { UserError } from '../../trpc/user-error'

export const renameSweepInput = z.object({
  name: z.string().trim().min(1, 'Give the sweep a name.').max(80, 'A name has at most 80 characters.'),
})

export const renameSweep = onJob('editor')
  .input(renameSweepInput)
  .output(z.object({ name: z.string() }))
  .mutation(async ({ input }) => {
    try {
      await inTransaction(database().pool, async (client) => {
        await client.query('UPDATE "Job" SET "name" = $2 WHERE "id" = $1', [input.id, input.name])
        await writeJournal(client, [{ kind: 'sweep', jobId: input.id, data: { name: input.name } }])
      })
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error
      throw new UserError(`A sweep named ${input.name} exists already. Choose another name.`, {
        field: ['name'],
      })
    }
    return { name: input.name }
  })
