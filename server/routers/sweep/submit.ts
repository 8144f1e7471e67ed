import { z } from 'zod'
import type { SweepSpecInput } from '@/contracts/sweep-spec'
import { submitSweep } from '../../sweeps/submit-sweep'
import { inProject } from '../../trpc/procedures'

export const fieldProblem = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  message: z.string(),
})

export const submitSweepInput = z.object({
  /** The sweep file; checked here, so that every fault is answered at its field. */
  spec: z.custom<SweepSpecInput>(
    (value) => typeof value === 'object' && value !== null,
    'Give a sweep file.',
  ),
  renameIfTaken: z.boolean().default(false),
  /** False: model and data are not asked for first; what is wrong with them then fails the sweep when it starts. */
  facts: z.boolean().default(true),
})

export const submitSweepOutput = z.discriminatedUnion('accepted', [
  z.object({
    accepted: z.literal(true),
    id: z.string(),
    name: z.string(),
    runs: z.number(),
    /** One sentence where no agent could check model and data yet. */
    unchecked: z.string().nullable(),
  }),
  z.object({ accepted: z.literal(false), problems: z.array(fieldProblem) }),
])

/** Starts a sweep, or answers every field that is wrong; nothing is half done. */
export const submitSweepProcedure = inProject('editor')
  .input(submitSweepInput)
  .output(submitSweepOutput)
  .mutation(({ ctx, input }) =>
    submitSweep(input.spec, {
      projectId: ctx.projectId,
      userId: ctx.principal.userId,
      renameIfTaken: input.renameIfTaken,
      facts: input.facts,
    }),
  )
