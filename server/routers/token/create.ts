import { z } from 'zod'
import { issueToken } from '../../auth/issue-token'
import { covers, ROLES } from '../../auth/roles'
import { person } from '../../trpc/procedures'
import { UserError } from '../../trpc/user-error'

export const createTokenInput = z.strictObject({
  name: z.string().trim().min(1, 'Give the token a name.').max(80, 'A name has at most 80 characters.'),
  role: z.enum(ROLES).default('editor'),
  /** `null`: until it is revoked. */
  validDays: z.number().int().min(1, 'A token is valid for at least a day.').max(3650).nullable().default(90),
})

/** Makes an API token; its secret is shown this one time. It is never stronger than what made it. */
export const createToken = person
  .input(createTokenInput)
  .output(z.object({ id: z.string(), secret: z.string(), expiresAt: z.date().nullable() }))
  .mutation(async ({ ctx, input }) => {
    if (!covers(ctx.principal.ceiling, input.role))
      throw new UserError(
        `A token with the role ${ctx.principal.ceiling} cannot make one with ${input.role}.`,
        {
          code: 'FORBIDDEN',
          field: ['role'],
        },
      )
    const expiresAt = input.validDays === null ? null : new Date(Date.now() + input.validDays * 24 * 3600_000)
    const { userId } = ctx.principal
    const { id, secret } = await issueToken({ userId, name: input.name, role: input.role, expiresAt })
    return { id, secret, expiresAt }
  })
