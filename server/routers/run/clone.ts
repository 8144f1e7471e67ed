import { z } from 'zod'
import { type ParameterName, parameterValues } from '@/contracts/sweep-spec'
import type { Configuration } from '@/engine/search/space'
import { insertClone } from '../../sweeps/insert-clone'
import { onRun } from '../../trpc/procedures'

const shape = Object.fromEntries(
  Object.entries(parameterValues).map(([name, schema]) => [name, schema.optional()]),
) as { [name in ParameterName]: z.ZodOptional<(typeof parameterValues)[name]> }

export const cloneRunInput = z.object({
  /** What differs from the original. */
  change: z.strictObject(shape).default({}),
})

/** A new run in the same sweep, with changed hyper-parameters; it waits for a slot like any other. */
export const cloneRun = onRun('editor')
  .input(cloneRunInput)
  .output(z.object({ id: z.string(), number: z.number() }))
  .mutation(({ ctx, input }) =>
    insertClone({
      runId: input.id,
      sweepId: ctx.sweepId,
      actorId: ctx.principal.userId,
      change: input.change as Partial<Configuration>,
    }),
  )
