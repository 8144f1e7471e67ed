import { z } from 'zod'
import { factsOfModel } from '../../agent-questions/facts'
import { modelFacts } from '../../agent-questions/model-facts'
import { demandFacts } from '../../trpc/fact-answer'
import { inProject } from '../../trpc/procedures'

/** What an agent says about a base model: size, modules, largest rank. */
export const describeModel = inProject('editor')
  .input(z.object({ model: z.string().min(1, 'Choose a model.').max(500) }))
  .output(modelFacts)
  .query(async ({ input }) => demandFacts(await factsOfModel(input.model), 'model'))
