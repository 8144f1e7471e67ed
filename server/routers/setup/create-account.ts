import { z } from 'zod'
import { type AccountRefusal, createAccount } from '../../auth/create-account'
import { open } from '../../trpc/procedures'
import { UserError } from '../../trpc/user-error'

export const createAccountInput = z.strictObject({
  token: z.string().min(1, 'Open the link that Alto printed.').max(200),
  name: z.string().trim().min(1, 'Give your name.').max(80, 'A name has at most 80 characters.'),
  email: z.email('Give an e-mail address such as ada@example.org.').max(200),
  password: z
    .string()
    .min(10, 'A password has at least 10 characters.')
    .max(200, 'A password has at most 200 characters.'),
})

const REFUSALS: Record<AccountRefusal, { message: string; field: string }> = {
  'link-used': {
    message:
      'This link was used already or has ended. `alto token setup-link` on the server prints a new one.',
    field: 'token',
  },
  'owner-exists': {
    message: 'The first account exists already. Ask its owner for an invitation.',
    field: 'token',
  },
  'email-taken': { message: 'An account with this e-mail address exists. Sign in instead.', field: 'email' },
}

/** Makes the account of a one-time link; the person then signs in with it. */
export const createAccountProcedure = open
  .input(createAccountInput)
  .output(z.object({ userId: z.string() }))
  .mutation(async ({ input }) => {
    const result = await createAccount(input)
    if ('userId' in result) return result
    const { message, field } = REFUSALS[result.refused]
    throw new UserError(message, { field: [field] })
  })
