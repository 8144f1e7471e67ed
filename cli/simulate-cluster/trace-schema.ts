import { z } from 'zod'

const name = z.string({ error: 'must be a text' }).min(1, 'must not be empty')
const whole = z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1')
const positive = z.number({ error: 'must be a number' }).gt(0, 'must be above 0')
const notNegative = z.number({ error: 'must be a number' }).min(0, 'must be at least 0')
const loss = z.number({ error: 'must be a number or null' }).nullable()

const params = z.looseObject({ learning_rate: positive, rank: whole, batch_size: whole })

const synthetic = z.strictObject({
  bestRate: positive,
  floor: positive,
  perOctave2: notNegative,
  drop: notNegative,
  exponent: notNegative,
  noise: notNegative,
  luck: notNegative,
  divergesAbove: z.number().optional(),
})

/** First line of a trace: the cluster and its models. */
export const headerSchema = z.strictObject({
  nodes: z
    .array(z.strictObject({ id: name, gpus: whole, memoryGb: positive }))
    .min(1, 'must name at least one node'),
  models: z.record(
    z.string(),
    z.strictObject({
      gpusPerExecutor: whole.default(1),
      stepSeconds: notNegative,
      secondsPerToken: notNegative,
      backboneGb: notNegative,
      gbPerRank: notNegative.default(0),
      gbPerToken: notNegative.default(0),
    }),
  ),
  startSeconds: notNegative.default(0),
  moveSeconds: notNegative.default(0),
  maxSlots: whole.default(32),
})

/** Any other line: a sweep that arrives. Its runs come from a grid with synthetic losses, or are given with their curves. */
export const sweepSchema = z.strictObject({
  sweep: name,
  arrival: notNegative.default(0),
  gpus: whole,
  spread: z.boolean().default(true),
  priority: z.number().default(0),
  project: name.default('default'),
  deadline: positive.optional(),
  model: name,
  maxLength: whole,
  trainSamples: whole,
  epochs: positive.default(1),
  evaluations: whole.default(20),
  seed: z.int().default(0),
  grid: z
    .strictObject({
      learning_rate: z.array(positive).min(1),
      rank: z.array(whole).min(1),
      batch_size: z.array(whole).min(1),
    })
    .optional(),
  losses: synthetic.optional(),
  runs: z
    .array(
      z.strictObject({
        params,
        points: z
          .array(z.strictObject({ step: whole, samples: whole, trainLoss: loss, valLoss: loss }))
          .min(1, 'must have at least one point'),
      }),
    )
    .min(1, 'must have at least one run')
    .optional(),
})

/** Or a node that goes or comes back. */
export const nodeSchema = z.strictObject({
  node: name,
  at: notNegative,
  state: z.enum(['lost', 'alive'], { error: 'must be lost or alive' }),
})

export type TraceHeader = z.infer<typeof headerSchema>
export type TraceSweepLine = z.infer<typeof sweepSchema>
