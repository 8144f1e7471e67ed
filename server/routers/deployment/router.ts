import { router } from '../../trpc/init'
import { deploymentAttainment } from './attainment'
import { createDeployment } from './create'
import { getDeployment } from './get'
import { deploymentLate } from './late'
import { listDeployments } from './list'
import { webhookSecret } from './secret'
import { updateDeployment } from './update'
import { deploymentUse } from './use'
import { probeDeployment, stopDeployment } from './wishes'

export const deploymentRouter = router({
  list: listDeployments,
  get: getDeployment,
  create: createDeployment,
  update: updateDeployment,
  probe: probeDeployment,
  stop: stopDeployment,
  attainment: deploymentAttainment,
  use: deploymentUse,
  late: deploymentLate,
  webhookSecret,
})
