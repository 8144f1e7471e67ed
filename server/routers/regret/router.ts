import { router } from '../../trpc/init'
import { regretReport } from './report'

export const regretRouter = router({ report: regretReport })
