/**
 * A deployment as people ask for it: the form, `alto deploy` and REST accept exactly this.
 * Every message is the sentence that a person reads beside the field.
 */
import { z } from 'zod'

/** Policies of serving rounds; those of `engine/serving/policies`. */
export const SERVING_POLICIES = [
  'alto',
  'fcfs',
  'genserve',
  'tetriserve',
  'sjf',
  'edf',
  'srtf',
  'rasp',
  'least-slack',
] as const

/** Longest prompt that any model is given. */
export const MAX_PROMPT = 2_000

const share = (label: string) =>
  z
    .number({ error: `${label} must be a share such as 0.95.` })
    .gt(0, `${label} must be above 0.`)
    .lte(1, `${label} must be at most 1.`)

const weight = (label: string) =>
  z
    .number({ error: `${label} must be a number.` })
    .gte(0.01, `${label} must be at least 0.01.`)
    .lte(100, `${label} must be at most 100.`)

const duration = (label: string) =>
  z
    .int({ error: `${label} must be whole milliseconds.` })
    .min(1, `${label} must be at least 1 ms.`)
    .max(86_400_000, `${label} must be at most a day.`)

/** What a person can set while it runs. */
export const deploymentSettings = z.strictObject({
  policy: z
    .enum(SERVING_POLICIES, { error: `The policy is one of ${SERVING_POLICIES.join(', ')}.` })
    .default('alto'),
  /** Shares of requests that should end by their deadline. */
  targets: z
    .strictObject({
      image: share('The target of images').default(0.95),
      video: share('The target of videos').default(0.9),
    })
    .prefault({}),
  /** How much a deadline of a class counts beside others. */
  weights: z
    .strictObject({
      image: weight('The weight of images').default(1),
      video: weight('The weight of videos').default(1),
    })
    .prefault({}),
  /** The same for projects, by id; multiplied with that of the class. */
  projectWeights: z.record(z.string().max(40), weight('The weight of a project')).default({}),
  /** Deadlines of requests that name none, from their arrival. */
  deadlinesMs: z
    .strictObject({
      image: duration('The deadline of images').default(60_000),
      video: duration('The deadline of videos').default(600_000),
    })
    .prefault({}),
  /** Late requests that are this much past their deadline go first; `null`: when GPUs are idle. */
  starvationMs: duration('The bound on waiting').nullable().default(null),
  /** GPUs that late requests may take from those that can still be on time. */
  lateGpus: z
    .int({ error: 'GPUs for late requests must be a whole number.' })
    .min(0, 'GPUs for late requests must be at least 0.')
    .max(1024, 'GPUs for late requests must be at most 1,024.')
    .default(0),
  /** Live requests beyond which a new one is refused. */
  mostInLine: z
    .int({ error: 'The longest line must be a whole number.' })
    .min(1, 'The longest line must be at least 1.')
    .max(10_000, 'The longest line must be at most 10,000.')
    .default(1_000),
  /** Days after its end in which the file of a request is kept; 0: for ever. */
  keepDays: z
    .number({ error: 'Days to keep results must be a number.' })
    .min(0, 'Days to keep results must be at least 0.')
    .max(3_650, 'Days to keep results must be at most 3,650.')
    .default(30),
  /** GiB of files beyond which the oldest are removed; 0: no bound. */
  keepGiB: z
    .number({ error: 'GiB of results to keep must be a number.' })
    .min(0, 'GiB of results to keep must be at least 0.')
    .max(1_000_000, 'GiB of results to keep must be at most 1,000,000.')
    .default(0),
  /** Steps between two previews; 0: none. */
  previewEvery: z
    .int({ error: 'Steps between previews must be a whole number.' })
    .min(0, 'Steps between previews must be at least 0.')
    .max(1_000, 'Steps between previews must be at most 1,000.')
    .default(5),
})

const model = (label: string) =>
  z
    .string({ error: `${label} must be a name, a folder or a hub id.` })
    .trim()
    .min(1, `${label} must name a model.`)
    .max(300, `${label} must have at most 300 characters.`)

export const deploymentSpec = z
  .strictObject({
    name: z
      .string({ error: 'Give the deployment a name.' })
      .trim()
      .min(1, 'Give the deployment a name.')
      .max(80, 'The name must have at most 80 characters.'),
    /** `builtin/tiny-image`, a folder in Diffusers format, or a hub id. */
    imageModel: model('The image model').nullable().default(null),
    videoModel: model('The video model').nullable().default(null),
    /** Ids such as `node-a/0`: as many as are named, on one node or on several. */
    gpuIds: z
      .array(z.string().max(200), { error: 'Choose GPUs, such as node-a/0.' })
      .min(1, 'Choose at least one GPU.')
      .max(1_024, 'Choose at most 1,024 GPUs.'),
    settings: deploymentSettings.prefault({}),
  })
  .refine((spec) => spec.imageModel !== null || spec.videoModel !== null, {
    path: ['imageModel'],
    error: 'Name an image model, a video model or both.',
  })
  .refine((spec) => new Set(spec.gpuIds).size === spec.gpuIds.length, {
    path: ['gpuIds'],
    error: 'A GPU is named twice.',
  })

export type DeploymentSpec = z.infer<typeof deploymentSpec>
export type DeploymentSettings = z.infer<typeof deploymentSettings>
