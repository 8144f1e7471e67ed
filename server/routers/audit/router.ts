import { router } from '../../trpc/init'
import { listAudit } from './list'

export const auditRouter = router({ list: listAudit })
