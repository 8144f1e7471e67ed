import { z } from 'zod'
import { database } from '../../db/client'
import { onRun } from '../../trpc/procedures'

/** What a run wrote for prompts of the held-out split, beside the base model; newest step first. */
export const runOutputs = onRun('viewer')
  .output(
    z.array(
      z.object({
        step: z.number(),
        prompt: z.string(),
        expected: z.string(),
        output: z.string(),
        baseOutput: z.string().nullable(),
      }),
    ),
  )
  .query(({ input }) =>
    database().prisma.outputSample.findMany({
      where: { runId: input.id },
      orderBy: [{ step: 'desc' }, { prompt: 'asc' }],
      take: 200,
      select: { step: true, prompt: true, expected: true, output: true, baseOutput: true },
    }),
  )
