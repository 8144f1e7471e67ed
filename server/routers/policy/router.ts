import { router } from '../../trpc/init'
import { listPolicies } from './list'

export const policyRouter = router({ list: listPolicies })
