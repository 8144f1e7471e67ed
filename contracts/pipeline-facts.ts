import { z } from 'zod'

/** What an agent says about a diffusion pipeline (`describe-pipeline`). */
export const pipelineFacts = z.object({
  kind: z.enum(['image', 'video']),
  /** Width and height are multiples of it, from `minSize` to `maxSize`. */
  sizeMultiple: z.number(),
  minSize: z.number(),
  maxSize: z.number(),
  /** Frames are `frameOffset` plus a multiple of `frameMultiple`, at most `maxFrames`. */
  frameMultiple: z.number(),
  frameOffset: z.number(),
  maxFrames: z.number(),
  defaultSteps: z.number(),
  defaultGuidance: z.number().nullable(),
  /** Sizes that it was made for, `[width, height]`, the default first. */
  sizes: z.array(z.tuple([z.number(), z.number()])).min(1),
  frames: z.array(z.number()),
  promptMax: z.number(),
})

export type PipelineFacts = z.infer<typeof pipelineFacts>

/** What the models of a deployment can do. */
export const abilities = z.object({ image: pipelineFacts.nullable(), video: pipelineFacts.nullable() })

export type Abilities = z.infer<typeof abilities>
