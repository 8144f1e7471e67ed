import { z } from 'zod'

/** What an agent says about a base model (`describe-model`). */
export const modelFacts = z.object({
  name: z.string(),
  architecture: z.string(),
  parameters: z.number(),
  layers: z.number(),
  hidden: z.number(),
  vocab: z.number(),
  maxPositions: z.number().nullable(),
  dtype: z.string(),
  weightBytes: z.number(),
  maxRank: z.number(),
  /** Linear layers that an adapter can attach to, by short name, with their smallest shape. */
  modules: z.array(
    z.object({ name: z.string(), count: z.number(), inFeatures: z.number(), outFeatures: z.number() }),
  ),
})

export type ModelFacts = z.infer<typeof modelFacts>
