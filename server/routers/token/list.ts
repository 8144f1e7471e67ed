import { z } from 'zod'
import { ROLES } from '../../auth/roles'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'

/** The person's own tokens, without their secrets. */
export const listTokens = person
  .output(
    z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        prefix: z.string(),
        role: z.enum(ROLES),
        expiresAt: z.date().nullable(),
        lastUsedAt: z.date().nullable(),
        createdAt: z.date(),
      }),
    ),
  )
  .query(({ ctx }) =>
    database().prisma.apiToken.findMany({
      where: { userId: ctx.principal.userId },
      orderBy: { createdAt: 'desc' },
      omit: { hash: true, userId: true },
    }),
  )
