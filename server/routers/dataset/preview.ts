import { z } from 'zod'
import { datasetFacts } from '../../agent-questions/dataset-facts'
import { factsOfDataset } from '../../agent-questions/facts'
import { datasetReference } from '../../sweeps/dataset-reference'
import { demandFacts } from '../../trpc/fact-answer'
import { inProject } from '../../trpc/procedures'

export const previewDatasetInput = z.object({
  model: z.string().min(1, 'Choose a model.').max(500),
  dataset: z.string().min(1, 'Choose a data set.').max(500),
  maxLength: z.number().int().min(8).max(131_072).default(512),
})

/** First rows as the model's tokens, counts and lengths. */
export const previewDataset = inProject('editor')
  .input(previewDatasetInput)
  .output(datasetFacts)
  .query(async ({ ctx, input }) => {
    const reference = await datasetReference(input.dataset, ctx.projectId)
    return demandFacts(await factsOfDataset(input.model, reference, input.maxLength), 'dataset')
  })
