/** Images and videos as OpenAI's clients ask for them, with our own fields beside. Fields that change nothing here are let through. */
import { z } from 'zod'

const size = z
  .string({ error: 'size must be text such as 512x512.' })
  .regex(/^(auto|\d{1,5}x\d{1,5})$/, 'size must look like 512x512, or be auto.')
  .nullish()

const number = (name: string) => z.number({ error: `${name} must be a number.` }).nullish()

const ours = {
  /** From now; the deployment's own where not given. One that cannot be promised is refused at once. */
  deadline_ms: number('deadline_ms'),
  steps: number('steps'),
  seed: number('seed'),
  guidance: number('guidance'),
  /** Make it even where the deadline cannot be promised. */
  accept_late: z.boolean({ error: 'accept_late is true or false.' }).nullish(),
  /** Called with a signed message when it has ended. */
  webhook_url: z.string({ error: 'webhook_url must be an address.' }).nullish(),
}

const shared = {
  /** Name of a deployment, or of a model of one; without it the newest that runs. */
  model: z
    .string({ error: 'model must be text.' })
    .max(300, 'model must have at most 300 characters.')
    .nullish(),
  prompt: z.string({ error: 'prompt must be text.' }),
  size,
  user: z.string().nullish(),
}

export const imageGeneration = z.looseObject({
  ...shared,
  n: number('n'),
  response_format: z.enum(['url', 'b64_json'], { error: 'response_format is url or b64_json.' }).nullish(),
  ...ours,
})

export const videoCreation = z.looseObject({ ...shared, frames: number('frames'), ...ours })

export type ImageGeneration = z.infer<typeof imageGeneration>
export type VideoCreation = z.infer<typeof videoCreation>
