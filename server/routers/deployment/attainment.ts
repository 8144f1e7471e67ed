import { z } from 'zod'
import { deploymentSettings } from '@/contracts/deployment-spec'
import { database } from '../../db/client'
import { onDeployment } from '../../trpc/procedures'
import { attainmentSeries, loadAttainment } from '../../views/serving-attainment'
import { visibleProjects } from '../../views/visible-projects'
import { deploymentSpan } from './span'

/** SLO attainment over time against the targets: of all, by class, by project; with latency percentiles. */
export const deploymentAttainment = onDeployment('viewer')
  .input(deploymentSpan)
  .output(z.object({ series: z.array(attainmentSeries) }))
  .query(async ({ ctx, input }) => {
    const { settings } = await database().prisma.deployment.findUniqueOrThrow({
      where: { jobId: input.id },
      select: { settings: true },
    })
    const { targets } = deploymentSettings.parse(settings)
    const projectIds = await visibleProjects(ctx.principal)
    return { series: await loadAttainment(input.id, input, targets, projectIds) }
  })
