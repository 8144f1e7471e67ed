import { z } from 'zod'

const pieces = z.array(z.object({ text: z.string(), part: z.enum(['prompt', 'completion', 'cut']) }))

/** What an agent says about a data set as a model reads it (`preview-dataset`). */
export const datasetFacts = z.object({
  dataset: z.string(),
  model: z.string(),
  kinds: z.array(z.enum(['prompt', 'chat', 'preference'])),
  maxLength: z.number(),
  rows: z.number(),
  /** False for a hub data set of which only the first rows were read. */
  complete: z.boolean(),
  differentRows: z.number(),
  heldOutRows: z.number(),
  /** First rows as pieces of text. */
  first: z.array(
    z.object({ row: z.number(), length: z.number(), tokens: pieces, rejected: pieces.optional() }),
  ),
  tokens: z.object({
    rows: z.number(),
    total: z.number(),
    mean: z.number(),
    p50: z.number(),
    p95: z.number(),
    max: z.number(),
    histogram: z.array(z.object({ from: z.number(), to: z.number(), rows: z.number() })),
  }),
  /** Rows longer than the maximum length. */
  cut: z.number(),
  /** Rows whose prompt alone fills the maximum length. */
  refused: z.number(),
  warnings: z.array(z.string()),
})

export type DatasetFacts = z.infer<typeof datasetFacts>
