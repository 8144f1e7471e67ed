/**
 * What the control plane says to an agent about images and videos. Idempotent, as all commands are: an order that was
 * given before, a pause of what does not run, a cancel of what is not there change nothing. `stop-executor` ends a
 * diffusion executor too.
 */
import { z } from 'zod'

export const stage = z.enum(['encode', 'denoise', 'decode'])

/** A size that is measured before the executor is ready. */
export const probedShape = z
  .object({
    kind: z.enum(['image', 'video']),
    width: z.int().min(1),
    height: z.int().min(1),
    frames: z.int().min(1).describe('1 for an image'),
    batches: z.array(z.int().min(1)).min(1).describe('Requests in one step; [1] for a video'),
    degrees: z
      .array(z.int().min(1))
      .min(1)
      .describe('SP degrees, at most the number of ranks; [1] for an image'),
  })
  .meta({ id: 'ProbedShape' })

/** One process (rank) a device, each with both models. */
export const startDiffusion = z
  .object({
    type: z.literal('start-diffusion'),
    executorId: z.string(),
    devices: z
      .array(z.int().min(0))
      .min(1)
      .describe('Device of rank 0, 1, …; the CPU may be named more than once'),
    imageModel: z.string().nullable().describe('builtin/…, a folder with model_index.json, or a hub id'),
    videoModel: z.string().nullable(),
    dtype: z.enum(['auto', 'float32', 'bfloat16', 'float16']),
    probe: z.array(probedShape).describe('Empty: the profile is known already'),
    probeSteps: z
      .int()
      .min(1)
      .describe('Steps that are timed for each shape, batch and degree; the median counts'),
  })
  .meta({ id: 'StartDiffusion' })

/** Complete: no default is left to the agent. The same seed gives the same picture. */
export const servingRequest = z
  .object({
    requestId: z.string(),
    attempt: z
      .int()
      .min(1)
      .describe('Grows when the request starts again after a loss; every event carries it'),
    kind: z.enum(['image', 'video']),
    prompt: z.string().min(1).max(4000),
    width: z.int().min(1),
    height: z.int().min(1),
    frames: z.int().min(1).describe('1 for an image'),
    steps: z.int().min(1).max(1000),
    guidance: z.number().min(0).nullable().describe("null: the model's own"),
    seed: z.int().min(0),
    restore: z
      .string()
      .nullable()
      .describe('Newest parked state in the artifact store; read where the ranks do not hold the request'),
  })
  .meta({ id: 'ServingRequest' })

/**
 * From the next boundary of these ranks on, this is what they do; what they did before is paused there, except for
 * requests that are in both orders and simply go on. So one command starts, resumes, resizes, moves and batches.
 */
export const runRequests = z
  .object({
    type: z.literal('run-requests'),
    executorId: z.string(),
    orderId: z.string(),
    ranks: z.array(z.int().min(0)).min(1).describe('Leader first; their number is the SP degree'),
    stage,
    steps: z
      .int()
      .min(1)
      .nullable()
      .describe('Of denoise: free the ranks after so many; null: all that are left'),
    requests: z.array(servingRequest).min(1).describe('More than one: images of one size in one stage'),
    previewEvery: z.int().min(0).describe('Steps between two previews; 0: none'),
    parkEvery: z.int().min(0).describe('Steps between two states on disk; 0: only when paused'),
  })
  .meta({ id: 'RunRequests' })

/** Free the ranks of an order at the next boundary; its requests are parked. Confirmed by `order-ended`. */
export const pauseOrder = z
  .object({ type: z.literal('pause-order'), executorId: z.string(), orderId: z.string() })
  .meta({ id: 'PauseOrder' })

/** At the next boundary forget the request, in memory and on disk. Confirmed by `request-ended` with `cancelled`. */
export const cancelRequest = z
  .object({
    type: z.literal('cancel-request'),
    executorId: z.string(),
    requestId: z.string(),
    attempt: z.int().min(1),
  })
  .meta({ id: 'CancelRequest' })

/**
 * The request goes on in another executor from its state on disk: free its memory and keep the file. What is held here
 * is old from now on. Nothing is answered.
 */
export const forgetRequest = z
  .object({
    type: z.literal('forget-request'),
    executorId: z.string(),
    requestId: z.string(),
    attempt: z.int().min(1),
  })
  .meta({ id: 'ForgetRequest' })

export type StartDiffusion = z.infer<typeof startDiffusion>
export type ServingRequest = z.infer<typeof servingRequest>
export type RunRequests = z.infer<typeof runRequests>
