import { z } from 'zod'
import { isOpenSecret } from '../../auth/one-time-secret'
import { database } from '../../db/client'
import { env } from '../../env'
import { open } from '../../trpc/procedures'

/** Whether a link still makes an account, and how people sign in here. */
export const setupStatus = open
  .input(z.object({ token: z.string().max(200).optional() }))
  .output(
    z.object({
      hasOwner: z.boolean(),
      link: z.enum(['setup', 'invite', 'invalid']),
      singleSignOn: z.string().nullable(),
    }),
  )
  .query(async ({ input }) => {
    const hasOwner = (await database().prisma.user.count({ where: { isOwner: true } })) > 0
    const secret = input.token ? await isOpenSecret(input.token) : null
    const isInvite = secret?.purpose.startsWith('invite:') === true
    const isSetup = secret?.purpose === 'setup' && !hasOwner
    return {
      hasOwner,
      link: isInvite ? 'invite' : isSetup ? 'setup' : 'invalid',
      singleSignOn: env().OIDC_ISSUER ? env().OIDC_NAME : null,
    }
  })
