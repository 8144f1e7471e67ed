import { router } from '../../trpc/init'
import { createAccountProcedure } from './create-account'
import { setupStatus } from './status'

export const setupRouter = router({ status: setupStatus, createAccount: createAccountProcedure })
