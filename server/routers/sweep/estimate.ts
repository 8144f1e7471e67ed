import { z } from 'zod'
import { estimateSweep } from '../../sweeps/estimate-sweep'
import { examineSpec } from '../../sweeps/examine-spec'
import { parseSpec } from '../../sweeps/parse-spec'
import { inProject } from '../../trpc/procedures'
import { fieldProblem, submitSweepInput } from './submit'

const interval = z.object({ p10: z.number(), p50: z.number(), p90: z.number() })

export const estimateSweepOutput = z.object({
  problems: z.array(fieldProblem),
  /** `null` while the file has a fault. */
  estimate: z
    .object({
      runs: z.number(),
      samplesFull: z.number().nullable(),
      samplesPerSecond: z.number().nullable(),
      secondsWithoutExits: z.number().nullable(),
      trainedShare: interval.extend({ sweeps: z.number() }).nullable(),
      secondsWithExits: interval.nullable(),
      memory: z
        .object({
          parts: z.array(
            z.object({ part: z.enum(['backbone', 'adapter', 'activations', 'logits']), bytes: z.number() }),
          ),
          bytesPerGpu: z.number().nullable(),
          largestGpuBytes: z.number().nullable(),
        })
        .nullable(),
    })
    .nullable(),
  unchecked: z.string().nullable(),
})

/** Time and memory of a sweep before it starts, from what was measured here. */
export const estimateSweepProcedure = inProject('editor')
  .input(submitSweepInput.pick({ spec: true }))
  .output(estimateSweepOutput)
  .query(async ({ ctx, input }) => {
    const parsed = parseSpec(input.spec)
    if (!parsed.spec || parsed.problems.length > 0)
      return { problems: parsed.problems, estimate: null, unchecked: null }
    const { problems, model, dataset, unchecked } = await examineSpec(parsed.spec, ctx.projectId)
    const estimate = await estimateSweep(parsed.spec, {
      model,
      trainSamples: dataset ? dataset.rows - dataset.heldOutRows : null,
      longestRow: dataset?.tokens.max ?? null,
    })
    return { problems, estimate, unchecked }
  })
