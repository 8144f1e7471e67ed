import { router } from '../../trpc/init'
import { getOverview } from './get'

export const overviewRouter = router({ get: getOverview })
