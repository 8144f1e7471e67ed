/**
 * What the control plane says to an agent. Commands are idempotent: a repeat of what is already so changes nothing.
 * Nothing is sent before its lease is committed.
 */
import { z } from 'zod'
import { cancelRequest, forgetRequest, pauseOrder, runRequests, startDiffusion } from './serving-commands'

const attemptRef = {
  runId: z.string(),
  attempt: z.int().min(1),
  epoch: z.int().min(1),
}

/** With the token that every write about the attempt carries. */
const attemptOrder = {
  ...attemptRef,
  token: z.string(),
}

/** Answer to `hello`. */
export const welcome = z
  .object({
    type: z.literal('welcome'),
    protocol: z.int(),
    nodeId: z.string(),
    heartbeatSeconds: z.number(),
    leaseSeconds: z.number().describe('An agent that cannot renew for this long stops its work by itself'),
    ackedSeq: z.int().min(0),
    identity: z
      .string()
      .optional()
      .describe('Token of this node for 24 hours; sent once, in answer to an invitation'),
  })
  .meta({ id: 'Welcome' })

/** The node's token from now on; the one before is good until the agent says that this one is stored. */
export const newIdentity = z
  .object({ type: z.literal('identity'), identity: z.string() })
  .meta({ id: 'NewIdentity' })

/** The session is refused and closed; `message` says what to do. */
export const refuse = z
  .object({
    type: z.literal('refuse'),
    code: z.enum(['protocol', 'token', 'name-taken', 'malformed']),
    message: z.string(),
  })
  .meta({ id: 'Refuse' })

/** Events up to and including `seq` are stored; the spool may drop them. */
export const ack = z.object({ type: z.literal('ack'), seq: z.int().min(0) }).meta({ id: 'Ack' })

export const leasedAttempt = z.object(attemptRef).meta({ id: 'LeasedAttempt' })

/** Answer to a heartbeat: these attempts are still yours for `leaseSeconds` from now. Others are not. */
export const renew = z
  .object({
    type: z.literal('renew'),
    beat: z.int().min(1).describe('Number of the heartbeat that this answers'),
    attempts: z.array(leasedAttempt),
    leaseSeconds: z.number(),
  })
  .meta({ id: 'Renew' })

/** What a node has of an executor whose GPUs lie on several. Ranks are counted node by node. */
export const executorPart = z
  .object({
    firstRank: z.int().min(0).describe('Rank of the first device here; 0 leads and speaks for all'),
    ranks: z.int().min(2).describe('Of all nodes'),
    near: z.int().min(1).describe('Ranks on the node of rank 0, where the artifacts of its runs are written'),
    meeting: z
      .string()
      .nullable()
      .describe('host:port where ranks meet; null where rank 0 is here: this node opens it and says where'),
  })
  .meta({ id: 'ExecutorPart' })

export const startExecutor = z
  .object({
    type: z.literal('start-executor'),
    executorId: z.string(),
    devices: z.array(z.int().min(0)).min(1),
    model: z.string(),
    dtype: z.enum(['auto', 'float32', 'bfloat16', 'float16']),
    slots: z.int().min(1),
    maxLength: z.int().min(8),
    part: executorPart.optional().describe('Where its GPUs lie on several nodes'),
  })
  .meta({ id: 'StartExecutor' })

export const stopExecutor = z
  .object({ type: z.literal('stop-executor'), executorId: z.string() })
  .meta({ id: 'StopExecutor' })

/** Hyper-parameters of one run, complete: no default is left to the agent. */
export const adapterConfig = z
  .object({
    learningRate: z.number(),
    rank: z.int().min(1),
    alpha: z.number(),
    dropout: z.number(),
    weightDecay: z.number(),
    batchSize: z.int().min(1),
    targetModules: z.union([z.string(), z.array(z.string())]),
    lrScheduler: z.enum(['constant', 'linear', 'cosine']),
    warmupRatio: z.number(),
    seed: z.int(),
  })
  .meta({ id: 'AdapterConfig' })

export const runData = z
  .object({
    dataset: z.string().describe('builtin/…, a hub id, or a path in the artifact store'),
    maxLength: z.int(),
    training: z.enum(['sft-completion', 'sft-full', 'dpo']),
  })
  .meta({ id: 'RunDataRef' })

/** Put a run into a slot of a running executor, from the start or from a checkpoint. */
export const startRun = z
  .object({
    type: z.literal('start-run'),
    ...attemptOrder,
    sweepId: z.string(),
    executorId: z.string(),
    config: adapterConfig,
    data: runData,
    epochs: z.number().nullable(),
    maxSteps: z.int().nullable(),
    evaluations: z.int().min(1),
    restore: z.string().nullable().describe('Folder of a checkpoint in the artifact store'),
  })
  .meta({ id: 'StartRun' })

/** First phase of a stop: park at the next step boundary. Confirmed by an `attempt` event with state `parked`. */
export const parkRun = z.object({ type: z.literal('park-run'), ...attemptOrder }).meta({ id: 'ParkRun' })

/** Checkpoints whose retention has ended: delete these folders of the artifact store. */
export const dropCheckpoints = z
  .object({ type: z.literal('drop-checkpoints'), paths: z.array(z.string()).min(1) })
  .meta({ id: 'DropCheckpoints' })

export const question = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('preview-dataset'),
        model: z.string(),
        dataset: z.string(),
        maxLength: z.int(),
      })
      .meta({ id: 'PreviewDataset' }),
    z.object({ kind: z.literal('describe-model'), model: z.string() }).meta({ id: 'DescribeModel' }),
    z
      .object({
        kind: z.literal('describe-pipeline'),
        model: z.string().describe('builtin/…, a folder with model_index.json, or a hub id'),
      })
      .meta({ id: 'DescribePipeline' }),
    z
      .object({
        kind: z.literal('suggest'),
        space: z.record(z.string(), z.unknown()),
        count: z.int().min(1),
        seed: z.int(),
        told: z.array(
          z
            .object({ params: z.record(z.string(), z.unknown()), value: z.number().nullable() })
            .meta({ id: 'ToldRun' }),
        ),
        pending: z
          .array(z.record(z.string(), z.unknown()))
          .describe('Configurations that were suggested and have not ended'),
      })
      .meta({ id: 'Suggest' }),
    z
      .object({
        kind: z.literal('export-adapter'),
        runId: z.string(),
        checkpoint: z.string(),
        model: z.string(),
      })
      .meta({ id: 'ExportAdapter' }),
  ])
  .meta({ id: 'Question' })

/** Questions that need Python or the node's files; answered by `reply`. */
export const query = z
  .object({ type: z.literal('query'), queryId: z.string(), question })
  .meta({ id: 'Query' })

export const agentCommand = z
  .discriminatedUnion('type', [
    welcome,
    newIdentity,
    refuse,
    ack,
    renew,
    startExecutor,
    stopExecutor,
    startRun,
    parkRun,
    dropCheckpoints,
    query,
    startDiffusion,
    runRequests,
    pauseOrder,
    cancelRequest,
    forgetRequest,
  ])
  .meta({ id: 'AgentCommand' })

export type AgentCommand = z.infer<typeof agentCommand>
export type AdapterConfig = z.infer<typeof adapterConfig>
export type Question = z.infer<typeof question>
export type ExecutorPart = z.infer<typeof executorPart>
export type StartRun = z.infer<typeof startRun>
