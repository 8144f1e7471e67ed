/**
 * What an agent says about images and videos. Ends of steps, previews and freed ranks are about now: they travel at
 * once in `serving` messages, in order, and are lost only with the agent. What must not be lost (states on disk,
 * results, failures, profiles) are durable events in the spool.
 */
import { z } from 'zod'
import { stage } from './serving-commands'

const at = z.iso.datetime().describe('UTC, on the node')
const milliseconds = z.number().describe("Unix milliseconds on the node's clock")
const requestRef = { requestId: z.string(), attempt: z.int().min(1) }

export const requestProgress = z
  .object({ ...requestRef, stepsDone: z.int().min(0) })
  .meta({ id: 'RequestProgress' })

/** One encode, one step or one decode is over: a boundary. */
export const unitEnded = z
  .object({
    kind: z.literal('unit-ended'),
    orderId: z.string(),
    stage,
    ranks: z.array(z.int().min(0)).describe('Leader first; encode and decode run on the leader alone'),
    requests: z.array(requestProgress).describe('With this unit done'),
    startMs: milliseconds,
    endMs: milliseconds,
  })
  .meta({ id: 'UnitEnded' })

/** The ranks of an order are free, or do what a newer order says. Comes once for every order. */
export const orderEnded = z
  .object({
    kind: z.literal('order-ended'),
    orderId: z.string(),
    ranks: z.array(z.int().min(0)),
    requests: z.array(requestProgress),
    reason: z
      .enum(['done', 'paused', 'replaced', 'cancelled', 'failed'])
      .describe('done: the stage is over or its `steps` are done; failed: `request-ended` says why'),
    atMs: milliseconds,
  })
  .meta({ id: 'OrderEnded' })

export const requestPreview = z
  .object({
    kind: z.literal('preview'),
    ...requestRef,
    stepsDone: z.int().min(1),
    png: z.string().describe('base64; of a video the middle frame'),
  })
  .meta({ id: 'RequestPreview' })

export const servingEvent = z
  .discriminatedUnion('kind', [unitEnded, orderEnded, requestPreview])
  .meta({ id: 'ServingEvent' })

export const servingMessage = z
  .object({ type: z.literal('serving'), executorId: z.string(), events: z.array(servingEvent).min(1) })
  .meta({ id: 'ServingMessage' })

/** The state of a request is on disk: with it, any rank of any node that sees the artifact store can go on. */
export const requestParkedEvent = z
  .object({
    kind: z.literal('request-parked'),
    ...requestRef,
    executorId: z.string(),
    at,
    stage: stage.describe('What comes next'),
    stepsDone: z.int().min(0),
    purpose: z.enum(['paused', 'periodic']),
    path: z.string().describe('File in the artifact store'),
    bytes: z.int().min(0),
  })
  .meta({ id: 'RequestParkedEvent' })

export const requestEndedEvent = z
  .object({
    kind: z.literal('request-ended'),
    ...requestRef,
    executorId: z.string(),
    at,
    state: z.enum(['done', 'failed', 'cancelled']),
    path: z.string().nullable().describe('PNG or MP4 in the artifact store, with `done`'),
    mediaType: z.enum(['image/png', 'video/mp4']).nullable(),
    bytes: z.int().min(0).nullable(),
    reason: z
      .enum(['bad-input', 'out-of-memory', 'state-lost', 'executor-died', 'error'])
      .nullable()
      .describe(
        'state-lost and executor-died: worth one more attempt, from the newest parked state or the start',
      ),
    message: z.string().nullable().describe('One sentence for people'),
  })
  .meta({ id: 'RequestEndedEvent' })

export const imageTimes = z
  .object({
    resolution: z.string().describe('widthxheight'),
    batch: z.int().min(1),
    stepMs: z.number(),
    encodeMs: z.number(),
    decodeMs: z.number(),
  })
  .meta({ id: 'ImageTimes' })

export const videoTimes = z
  .object({
    resolution: z.string().describe('widthxheight'),
    frames: z.int().min(1),
    sp: z.int().min(1),
    stepMs: z.number(),
    encodeMs: z.number(),
    decodeMs: z.number(),
  })
  .meta({ id: 'VideoTimes' })

/** Measured times; the fields are those of the engine's ServingProfile. */
export const servingProfile = z
  .object({
    image: z.array(imageTimes),
    video: z.array(videoTimes),
    switchMs: z.number().min(0),
    resumeMs: z.number().min(0),
  })
  .meta({ id: 'MeasuredProfile' })

/** After the probe, before `executor` says ready; then now and then with what real steps took. */
export const servingProfileEvent = z
  .object({
    kind: z.literal('serving-profile'),
    executorId: z.string(),
    at,
    source: z.enum(['probe', 'steps']),
    profile: servingProfile,
  })
  .meta({ id: 'ServingProfileEvent' })

export type ServingEvent = z.infer<typeof servingEvent>
export type ServingMessage = z.infer<typeof servingMessage>
