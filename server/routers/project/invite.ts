import { z } from 'zod'
import { issueOneTimeSecret } from '../../auth/one-time-secret'
import { ROLES } from '../../auth/roles'
import { env } from '../../env'
import { inProject } from '../../trpc/procedures'

const VALID_MS = 3 * 24 * 3600_000

/** A link with which one more person makes an account in the project. It is shown this one time. */
export const invite = inProject('admin')
  .input(z.object({ role: z.enum(ROLES) }))
  .output(z.object({ link: z.string(), expiresAt: z.date() }))
  .mutation(async ({ ctx, input }) => {
    const { secret, expiresAt } = await issueOneTimeSecret(`invite:${ctx.projectId}:${input.role}`, VALID_MS)
    return { link: `${env().ALTO_URL}/setup?token=${secret}`, expiresAt }
  })
