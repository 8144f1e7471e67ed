import { z } from 'zod'
import { submitDeployment } from '../../serving/submit-deployment'
import { inProject } from '../../trpc/procedures'
import { fieldProblem } from '../sweep/submit'

export const createDeploymentOutput = z.discriminatedUnion('accepted', [
  z.object({ accepted: z.literal(true), id: z.string(), name: z.string() }),
  z.object({ accepted: z.literal(false), problems: z.array(fieldProblem) }),
])

/** Puts a pair of models on GPUs, or answers every field that is wrong; nothing is half done. */
export const createDeployment = inProject('editor')
  .input(
    z.object({
      /** contracts/deployment-spec.ts; checked here, so that every fault is answered at its field. */
      spec: z.custom<object>((value) => typeof value === 'object' && value !== null, 'Say what to deploy.'),
    }),
  )
  .output(createDeploymentOutput)
  .mutation(({ ctx, input }) =>
    submitDeployment(input.spec, { projectId: ctx.projectId, userId: ctx.principal.userId }),
  )
