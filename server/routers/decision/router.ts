import { router } from '../../trpc/init'
import { getDecision } from './get'
import { listDecisions } from './list'

export const decisionRouter = router({ list: listDecisions, get: getDecision })
