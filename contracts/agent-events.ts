/**
 * What an agent says to the control plane, over one WebSocket that the agent opens.
 * Durable events have a `seq` that grows by one for the life of a node's spool: they are spooled on disk until the
 * control plane acknowledges them, and a repeat changes nothing. Everything else is about now and may be lost.
 */
import { z } from 'zod'
import { requestEndedEvent, requestParkedEvent, servingMessage, servingProfileEvent } from './serving-events'

/** Grows when a message changes its meaning. A newer control plane speaks to an older agent of the same version. */
export const PROTOCOL_VERSION = 2

/** JSON has no NaN: a loss that was not finite is null. */
const loss = z.number().nullable()
const at = z.iso.datetime().describe('UTC, when it was measured on the node')

/** The lease under which a run trains; every write carries it and Postgres refuses an older epoch. */
const attemptRef = {
  runId: z.string(),
  attempt: z.int().min(1),
  epoch: z.int().min(1),
}

/** What may be written with the token of one attempt, and with no other. */
const attemptWrite = {
  ...attemptRef,
  token: z.string().describe('That its order came with; it lets write this attempt only'),
}

export const device = z
  .object({
    index: z.int().min(0),
    kind: z.enum(['cuda', 'cpu']),
    name: z.string(),
    memoryBytes: z.int().min(0),
  })
  .meta({ id: 'Device' })

export const deviceSample = z
  .object({
    index: z.int().min(0),
    utilisation: z.number().min(0).max(1).nullable(),
    memoryUsedBytes: z.int().min(0).nullable(),
    temperatureC: z.number().nullable(),
    powerW: z.number().nullable(),
  })
  .meta({ id: 'DeviceSample' })

export const runningAttempt = z
  .object({ ...attemptRef, executorId: z.string(), step: z.int().min(0) })
  .meta({ id: 'RunningAttempt' })

/** First message. The token travels in the Authorization header, never in a message. */
export const hello = z
  .object({
    type: z.literal('hello'),
    protocol: z.int(),
    agentVersion: z.string(),
    name: z.string().describe('Name of the node, unique in the cluster'),
    devices: z.array(device),
    cpuCores: z.int().min(1),
    memoryBytes: z.int().min(0),
    labels: z.record(z.string(), z.string()),
    running: z.array(runningAttempt).describe('What trains right now, so that it can be adopted or stopped'),
    executors: z.array(z.string()).describe('Executors that live on the node'),
    lastSeq: z.int().min(0).describe('Highest seq in the spool'),
  })
  .meta({ id: 'Hello' })

/** A process that holds memory of a GPU and that no executor of this agent is. */
export const stranger = z
  .object({
    index: z.int().min(0).describe('Of the device'),
    pid: z.int().min(0),
    name: z.string().describe('Of its program; empty where the node may not look'),
    memoryBytes: z.int().min(0).nullable(),
  })
  .meta({ id: 'Stranger' })

/** On its own path, never behind metrics. */
export const heartbeat = z
  .object({
    type: z.literal('heartbeat'),
    beat: z.int().min(1).describe('Number on this connection; the answer repeats it'),
    at,
    devices: z.array(deviceSample),
    cpuUtilisation: z.number().min(0).max(1),
    memoryUsedBytes: z.int().min(0),
    strangers: z.array(stranger).describe('GPU processes that nobody knows'),
  })
  .meta({ id: 'Heartbeat' })

/** Training metrics of one attempt, column by column; all columns have the length of `steps`. */
export const metricsEvent = z
  .object({
    kind: z.literal('metrics'),
    ...attemptWrite,
    steps: z.array(z.int().min(0)).min(1),
    samples: z.array(z.int().min(0)),
    at: z.array(z.number()).describe('Unix seconds'),
    series: z
      .record(z.string(), z.array(loss))
      .describe('train_loss, learning_rate, grad_norm, tokens_per_second'),
  })
  .meta({ id: 'MetricsEvent' })

export const evaluationEvent = z
  .object({
    kind: z.literal('evaluation'),
    ...attemptWrite,
    at,
    step: z.int().min(0),
    samples: z.int().min(0),
    trainLoss: loss,
    valLoss: loss,
    seconds: z.number().min(0).describe('What the evaluation cost'),
    tokens: z.int().min(0),
  })
  .meta({ id: 'EvaluationEvent' })

export const checkpointEvent = z
  .object({
    kind: z.literal('checkpoint'),
    ...attemptWrite,
    at,
    step: z.int().min(0),
    samples: z.int().min(0),
    purpose: z.enum(['parked', 'periodic', 'best', 'final']),
    path: z.string().describe('Folder, relative to the artifact store'),
    bytes: z.int().min(0),
  })
  .meta({ id: 'CheckpointEvent' })

/** Known once the data of a run are read; planning and early exit need them. */
export const runFacts = z
  .object({
    totalSteps: z.int().min(1),
    fullSamples: z.int().min(1).describe('Samples that a full training of this run consumes'),
    trainSamples: z.int().min(1).describe('Of one epoch of the training split'),
    validationSamples: z.int().min(0).describe('Rows of each evaluation, the same for all runs of a sweep'),
    epochs: z.number(),
    memoryBytes: z.int().min(0).describe('What the run adds to its executor, predicted before it joined'),
  })
  .meta({ id: 'RunFacts' })

/** Why a run got no slot although the plan had one for it: bytes that it would add, and bytes that are free. */
export const admissionFacts = z
  .object({
    requestedBytes: z.int().min(0),
    availableBytes: z.int().min(0),
    beside: z.int().min(0).describe('Runs that had a slot at that moment'),
  })
  .meta({ id: 'AdmissionFacts' })

/**
 * What an executor needs as a sum of terms, probed on its own backbone: the engine's `MemoryModel`. `bytesPerRank` is
 * for adapters on all linear layers, so fewer targets need less. Logits exist only chunk by chunk, so they are in
 * `backboneBytes` and `bytesPerLogit` is 0.
 */
export const memoryFacts = z
  .object({
    backboneBytes: z.int().min(0),
    bytesPerRank: z.number().min(0),
    bytesPerToken: z.number().min(0),
    bytesPerLogit: z.number().min(0),
    vocabulary: z.int().min(0),
  })
  .meta({ id: 'MemoryFacts' })

/** Where an attempt stands. `parked` and `done` come after their checkpoint. */
export const attemptEvent = z
  .object({
    kind: z.literal('attempt'),
    ...attemptWrite,
    at,
    state: z.enum(['started', 'parked', 'done', 'failed']),
    step: z.int().min(0),
    samples: z.int().min(0),
    reason: z
      .enum([
        'non-finite',
        'out-of-memory',
        'bad-row',
        'bad-input',
        'lease-lost',
        'executor-died',
        'asked',
        'memory',
        'error',
      ])
      .nullable()
      .describe(
        'bad-input: no run of the sweep can train, since its data set cannot be read. memory: with `failed`, refused ' +
          'before it took a slot because its neighbours leave too little; it is well and waits for room',
      ),
    message: z.string().nullable().describe('One sentence for people'),
    facts: runFacts.nullable().describe('With `started`'),
    admission: admissionFacts.nullable().describe('With `failed` and reason `memory`'),
  })
  .meta({ id: 'AttemptEvent' })

export const executorEvent = z
  .object({
    kind: z.literal('executor'),
    executorId: z.string(),
    at,
    state: z.enum(['loading', 'ready', 'ended']),
    message: z.string().nullable(),
    fault: z.enum(['bad-input', 'crash']).nullable().describe('Why it ended, where nobody asked it to'),
    backboneBytes: z.int().min(0).nullable(),
    stepMs: z.number().min(0).nullable().describe('Mean over the last steps'),
    slotsBusy: z.int().min(0).nullable(),
    tokensPerSecond: z.number().min(0).nullable(),
    memory: memoryFacts.nullable().describe('With `ready`'),
    meeting: z
      .string()
      .nullable()
      .optional()
      .describe('host:port where ranks of other nodes meet rank 0, with `loading`'),
  })
  .meta({ id: 'ExecutorEvent' })

/** Text that a run writes for a prompt of the held-out split, beside the base model's. */
export const outputSampleEvent = z
  .object({
    kind: z.literal('output-sample'),
    ...attemptWrite,
    at,
    step: z.int().min(0),
    prompt: z.string(),
    expected: z.string(),
    output: z.string(),
    baseOutput: z.string().nullable(),
  })
  .meta({ id: 'OutputSampleEvent' })

export const durableEvent = z
  .discriminatedUnion('kind', [
    metricsEvent,
    evaluationEvent,
    checkpointEvent,
    attemptEvent,
    executorEvent,
    outputSampleEvent,
    requestParkedEvent,
    requestEndedEvent,
    servingProfileEvent,
  ])
  .meta({ id: 'DurableEvent' })

export const spooledEvent = z
  .object({ seq: z.int().min(1), event: durableEvent })
  .meta({ id: 'SpooledEvent' })

export const MAX_EVENTS_PER_BATCH = 5000

/** In order of seq. */
export const eventBatch = z
  .object({ type: z.literal('events'), events: z.array(spooledEvent).min(1).max(MAX_EVENTS_PER_BATCH) })
  .meta({ id: 'EventBatch' })

export const queryError = z
  .object({ field: z.string().nullable(), message: z.string() })
  .meta({ id: 'QueryError' })

/** Answer to a `query` command. */
export const queryReply = z
  .object({
    type: z.literal('reply'),
    queryId: z.string(),
    ok: z.boolean(),
    result: z.unknown().optional(),
    error: queryError.nullable(),
  })
  .meta({ id: 'QueryReply' })

/** The new identity is on disk: the one before may be forgotten. */
export const identityStored = z.object({ type: z.literal('identity-stored') }).meta({ id: 'IdentityStored' })

export const agentMessage = z
  .discriminatedUnion('type', [hello, heartbeat, eventBatch, queryReply, identityStored, servingMessage])
  .meta({ id: 'AgentMessage' })

export type AgentMessage = z.infer<typeof agentMessage>
export type Heartbeat = z.infer<typeof heartbeat>
export type QueryReply = z.infer<typeof queryReply>
export type RunFacts = z.infer<typeof runFacts>
export type DurableEvent = z.infer<typeof durableEvent>
export type Hello = z.infer<typeof hello>
