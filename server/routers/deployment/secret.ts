import { z } from 'zod'
import { database } from '../../db/client'
import { onDeployment } from '../../trpc/procedures'

/** What signs messages to webhooks, for who verifies them. */
export const webhookSecret = onDeployment('admin')
  .output(z.object({ secret: z.string() }))
  .query(async ({ input }) => {
    const { webhookSecret: secret } = await database().prisma.deployment.findUniqueOrThrow({
      where: { jobId: input.id },
      select: { webhookSecret: true },
    })
    return { secret }
  })
