import { z } from 'zod'
import { onDeployment } from '../../trpc/procedures'
import { lateCause, loadLateCauses } from '../../views/late-causes'
import { deploymentSpan } from './span'

/** Why requests were late, each counted once, with the setting that would help. */
export const deploymentLate = onDeployment('viewer')
  .input(deploymentSpan)
  .output(z.object({ late: z.number(), causes: z.array(lateCause) }))
  .query(({ input }) => loadLateCauses(input.id, input))
