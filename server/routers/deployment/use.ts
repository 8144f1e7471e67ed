import { database } from '../../db/client'
import { onDeployment } from '../../trpc/procedures'
import { loadUse, servingUse } from '../../views/serving-use'
import { deploymentSpan } from './span'

/** How busy its GPUs were, the length of the line, batches, pauses, and what rounds cost. */
export const deploymentUse = onDeployment('viewer')
  .input(deploymentSpan)
  .output(servingUse)
  .query(async ({ input }) => {
    const { gpuIds } = await database().prisma.deployment.findUniqueOrThrow({
      where: { jobId: input.id },
      select: { gpuIds: true },
    })
    return loadUse(input.id, gpuIds, input)
  })
