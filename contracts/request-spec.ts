/** An image or a video as people ask for it: the playground, `alto generate` and REST accept exactly this. */
import { z } from 'zod'
import { MAX_PROMPT } from './deployment-spec'

const whole = (label: string, least: number, most: number) =>
  z
    .int({ error: `${label} must be a whole number.` })
    .min(least, `${label} must be at least ${least.toLocaleString('en')}.`)
    .max(most, `${label} must be at most ${most.toLocaleString('en')}.`)

/** Largest seed: what every random generator takes. */
const MAX_SEED = 2 ** 31 - 1

export const requestSpec = z.strictObject({
  kind: z.enum(['image', 'video'], { error: 'The kind is image or video.' }),
  prompt: z
    .string({ error: 'The prompt must be text.' })
    .trim()
    .min(1, 'The prompt is empty. Say what the picture shows.')
    .max(MAX_PROMPT, `The prompt is longer than ${MAX_PROMPT.toLocaleString('en')} characters. Shorten it.`),
  /** Pixels; the model's own where not given. */
  width: whole('The width', 1, 8192).optional(),
  height: whole('The height', 1, 8192).optional(),
  /** Of a video; an image has none. */
  frames: whole('Frames', 1, 10_000).optional(),
  steps: whole('Steps', 1, 1_000).optional(),
  guidance: z
    .number({ error: 'Guidance must be a number.' })
    .min(0, 'Guidance must be at least 0.')
    .max(100, 'Guidance must be at most 100.')
    .nullable()
    .optional(),
  /** Random where not given. */
  seed: whole('The seed', 0, MAX_SEED).optional(),
  /** From now; the deployment's own where not given. */
  deadlineMs: z
    .int({ error: 'The deadline must be whole milliseconds from now.' })
    .min(1, 'The deadline is in the past. Give milliseconds from now, such as 10000.')
    .max(86_400_000, 'The deadline must be at most a day away.')
    .optional(),
  /** How many with the same words; each takes the next seed. */
  count: whole('The number of images', 1, 10).default(1),
  /** Called with a signed message when it has ended. */
  webhookUrl: z
    .url({ protocol: /^https?$/, error: 'The webhook must be an http or https address.' })
    .max(2_000, 'The webhook address must have at most 2,000 characters.')
    .optional(),
  /**
   * True: queue it whatever the quote says, except for a full line. False: refuse it where it cannot be promised. Not
   * given: refuse it only where a deadline was named.
   */
  acceptLate: z.boolean({ error: 'acceptLate is true or false.' }).optional(),
})

export type RequestSpec = z.infer<typeof requestSpec>
