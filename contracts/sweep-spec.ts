/**
 * The sweep file: the form, the CLI, REST and YAML all accept exactly this.
 * Every message is the sentence that a person reads beside the field.
 */
import { z } from 'zod'

/** Above this many configurations a sweep is refused: nobody meant it, and a grid grows by accident. */
export const MAX_RUNS = 2_000

const fractionBelowOne = (label: string) =>
  z
    .number({ error: `${label} must be a number.` })
    .min(0, `${label} must be at least 0.`)
    .lt(1, `${label} must be below 1.`)

/** One value of each hyper-parameter, with the bounds that training has. */
export const parameterValues = {
  learning_rate: z
    .number({ error: 'Learning rate must be a number such as 2e-4.' })
    .gt(0, 'Learning rate must be above 0.')
    .lte(1, 'Learning rate must be at most 1.'),
  rank: z
    .int({ error: 'Rank must be a whole number.' })
    .min(1, 'Rank must be at least 1.')
    .max(1024, 'Rank must be at most 1,024.'),
  batch_size: z
    .int({ error: 'Batch size must be a whole number.' })
    .min(1, 'Batch size must be at least 1.')
    .max(1024, 'Batch size must be at most 1,024.'),
  alpha: z.number({ error: 'Alpha must be a number.' }).gt(0, 'Alpha must be above 0.'),
  dropout: fractionBelowOne('Dropout'),
  weight_decay: z
    .number({ error: 'Weight decay must be a number.' })
    .min(0, 'Weight decay must be at least 0.')
    .max(10, 'Weight decay must be at most 10.'),
  warmup_ratio: fractionBelowOne('Warm-up ratio'),
  lr_scheduler: z.enum(['constant', 'linear', 'cosine'], {
    error: 'The schedule is one of constant, linear, cosine.',
  }),
  target_modules: z.union(
    [
      z.string().min(1, 'Target modules must name a module.'),
      z.array(z.string().min(1)).min(1, 'Target modules must name at least one module.'),
    ],
    { error: 'Target modules are a name such as q_proj, a list of names, or all-linear.' },
  ),
  seed: z.int({ error: 'Seed must be a whole number.' }).min(0, 'Seed must be at least 0.'),
} as const

export const PARAMETER_NAMES = Object.keys(parameterValues) as ParameterName[]
export type ParameterName = keyof typeof parameterValues

const valuesOf = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    values: z.array(value).min(1, 'Give at least one value.').max(200, 'Give at most 200 values.'),
  })

const rangeOf = (value: z.ZodNumber) =>
  z
    .strictObject({
      min: value,
      max: value,
      distribution: z
        .enum(['uniform', 'log_uniform', 'int_uniform'], {
          error: 'The distribution is one of uniform, log_uniform, int_uniform.',
        })
        .default('uniform'),
    })
    .refine((range) => range.min < range.max, {
      path: ['max'],
      error: 'The maximum must be above the minimum.',
    })
    .refine((range) => range.distribution !== 'log_uniform' || range.min > 0, {
      path: ['min'],
      error: 'A logarithmic range must start above 0.',
    })

/** `{values: […]}`, a range where the parameter is a number, or one bare value. */
const numeric = (value: z.ZodNumber) =>
  z.union([valuesOf(value), rangeOf(value), value.transform((one) => ({ values: [one] }))])
const choice = <T extends z.ZodType>(value: T) =>
  z.union([valuesOf(value), value.transform((one) => ({ values: [one] }))])

export const searchSpace = z
  .strictObject({
    learning_rate: numeric(parameterValues.learning_rate),
    rank: numeric(parameterValues.rank),
    batch_size: numeric(parameterValues.batch_size),
    alpha: numeric(parameterValues.alpha),
    dropout: numeric(parameterValues.dropout),
    weight_decay: numeric(parameterValues.weight_decay),
    warmup_ratio: numeric(parameterValues.warmup_ratio),
    lr_scheduler: choice(parameterValues.lr_scheduler),
    target_modules: choice(parameterValues.target_modules),
    seed: numeric(parameterValues.seed),
  })
  .partial()

export const sweepSpec = z
  .strictObject({
    name: z
      .string({ error: 'Give the sweep a name.' })
      .trim()
      .min(1, 'Give the sweep a name.')
      .max(80, 'A name has at most 80 characters.'),
    model: z.string({ error: 'Choose a model.' }).min(1, 'Choose a model.').max(500),
    dataset: z.string({ error: 'Choose a data set.' }).min(1, 'Choose a data set.').max(500),
    method: z
      .enum(['grid', 'random', 'tpe'], { error: 'The method is one of grid, random, tpe.' })
      .default('grid'),
    runs: z
      .int({ error: 'The number of runs must be a whole number.' })
      .min(1, 'A sweep needs at least one run.')
      .max(MAX_RUNS, `A sweep has at most ${MAX_RUNS.toLocaleString('en')} runs.`)
      .optional(),
    parameters: searchSpace,
    objective: z
      .strictObject({
        metric: z.enum(['val_loss'], { error: 'The metric is val_loss.' }).default('val_loss'),
        goal: z.enum(['minimize'], { error: 'The goal is minimize.' }).default('minimize'),
      })
      .default({ metric: 'val_loss', goal: 'minimize' }),
    /** What the loss is taken over: the completion alone, every token, or a pair of answers. */
    training: z
      .enum(['sft-completion', 'sft-full', 'dpo'], {
        error: 'Training is one of sft-completion, sft-full, dpo.',
      })
      .default('sft-completion'),
    epochs: z
      .number({ error: 'Epochs must be a number.' })
      .gt(0, 'Epochs must be above 0.')
      .max(1000, 'Epochs must be at most 1,000.')
      .optional(),
    max_steps: z
      .int({ error: 'Steps must be a whole number.' })
      .min(1, 'A run needs at least one step.')
      .max(10_000_000, 'A run has at most 10,000,000 steps.')
      .optional(),
    max_length: z
      .int({ error: 'The maximum length must be a whole number of tokens.' })
      .min(8, 'The maximum length must be at least 8 tokens.')
      .max(131_072, 'The maximum length must be at most 131,072 tokens.')
      .default(512),
    evaluations: z
      .int({ error: 'Evaluations must be a whole number.' })
      .min(1, 'A run needs at least one evaluation.')
      .max(1000, 'A run has at most 1,000 evaluations.')
      .default(20),
    early_exit: z
      .looseObject({
        policy: z
          .enum(['none', 'alto', 'asha', 'hyperband', 'median', 'adaptive'], {
            error: 'The policy is one of none, alto, asha, hyperband, median, adaptive.',
          })
          .default('adaptive'),
      })
      .default({ policy: 'adaptive' }),
    /** Share of the stopped runs that go on quietly on spare slots, so that stops can be judged afterwards. */
    audit: z
      .number({ error: 'The audited share must be a number.' })
      .min(0, 'The audited share must be at least 0.')
      .max(1, 'The audited share must be at most 1.')
      .default(0),
    seed: z.int({ error: 'Seed must be a whole number.' }).min(0, 'Seed must be at least 0.').default(0),
    gpus: z
      .int({ error: 'GPUs must be a whole number.' })
      .min(1, 'A sweep needs at least one GPU.')
      .max(4096, 'A sweep has at most 4,096 GPUs.')
      .default(1),
    /** Over how many GPUs an executor shards the base model; not given: as few as hold it. */
    gpus_per_executor: z
      .int({ error: 'GPUs of an executor must be a whole number.' })
      .min(1, 'An executor needs at least one GPU.')
      .max(64, 'An executor has at most 64 GPUs.')
      .optional(),
    /** When it should have ended; sweeps that would miss theirs by waiting go first within their priority. */
    deadline: z.iso
      .datetime({ offset: true, error: 'The deadline is a time such as 2026-12-01T18:00:00Z.' })
      .optional(),
    priority: z
      .int({ error: 'Priority must be a whole number.' })
      .min(-100, 'Priority must be at least −100.')
      .max(100, 'Priority must be at most 100.')
      .default(0),
  })
  .superRefine((spec, context) => {
    if (spec.epochs !== undefined && spec.max_steps !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['max_steps'],
        message: 'Give epochs or max_steps, not both.',
      })
    const span = spec.gpus_per_executor ?? 1
    if (span > spec.gpus)
      context.addIssue({
        code: 'custom',
        path: ['gpus_per_executor'],
        message: `An executor of ${span} GPUs needs a sweep of as many; this one has ${spec.gpus}. Raise gpus.`,
      })
    else if (spec.gpus % span !== 0)
      context.addIssue({
        code: 'custom',
        path: ['gpus_per_executor'],
        message: `${spec.gpus} GPUs cannot be shared out to executors of ${span}. Use a divisor of ${spec.gpus}.`,
      })
    if (spec.method !== 'grid' && spec.runs === undefined)
      context.addIssue({
        code: 'custom',
        path: ['runs'],
        message: `The method ${spec.method} needs a number of runs.`,
      })
    if (spec.method === 'grid')
      for (const [name, domain] of Object.entries(spec.parameters))
        if (domain && 'min' in domain)
          context.addIssue({
            code: 'custom',
            path: ['parameters', name],
            message: `A grid needs values for ${name}; a range works with random and tpe.`,
          })
  })

export type SweepSpec = z.output<typeof sweepSpec>
export type SweepSpecInput = z.input<typeof sweepSpec>
export type SearchSpace = z.output<typeof searchSpace>
