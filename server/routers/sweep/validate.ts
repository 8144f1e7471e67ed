import { z } from 'zod'
import { countSearch } from '@/engine/search/expand-search'
import { examineSpec } from '../../sweeps/examine-spec'
import { searchOf } from '../../sweeps/expand-spec'
import { parseSpec } from '../../sweeps/parse-spec'
import { inProject } from '../../trpc/procedures'
import { fieldProblem, submitSweepInput } from './submit'

export const validateSweepInput = submitSweepInput.pick({ spec: true }).extend({
  /** Ask an agent about model and data too; without it only what the file alone tells is checked. */
  facts: z.boolean().default(true),
})

export const validateSweepOutput = z.object({
  problems: z.array(fieldProblem),
  /** `null` while the search space itself cannot be read. */
  configurations: z.number().nullable(),
  unchecked: z.string().nullable(),
})

/** What `submit` would answer, without starting anything. */
export const validateSweep = inProject('editor')
  .input(validateSweepInput)
  .output(validateSweepOutput)
  .query(async ({ ctx, input }) => {
    const parsed = parseSpec(input.spec)
    if (!parsed.spec) return { problems: parsed.problems, configurations: null, unchecked: null }
    const configurations = countSearch(searchOf(parsed.spec))
    if (parsed.problems.length > 0 || !input.facts)
      return { problems: parsed.problems, configurations, unchecked: null }
    const { problems, unchecked } = await examineSpec(parsed.spec, ctx.projectId)
    return { problems, configurations, unchecked }
  })
