import type { AgentCommand, ExecutorPart } from '../contracts/agent-commands'
import { abilities } from '../contracts/pipeline-facts'
import type { OwnExecutor } from '../server/db/snapshot-node'
import { probedShapes } from './serving/probed-shapes'

/** Steps that a probe times for each shape and mode; the median counts. */
const PROBE_STEPS = 3

/** The command that starts an executor, for training or for diffusion. */
export function startExecutorCommand(executor: OwnExecutor): AgentCommand {
  const { id: executorId, devices, deployment } = executor
  if (!deployment)
    return {
      type: 'start-executor',
      executorId,
      devices,
      model: executor.model,
      dtype: 'auto',
      slots: Math.max(1, executor.slots),
      maxLength: executor.maxLength,
      ...(executor.part ? { part: partOf(executor.part) } : {}),
    }
  const { imageModel, videoModel, isProfiled } = deployment
  const able = abilities.safeParse(deployment.abilities).data ?? { image: null, video: null }
  return {
    type: 'start-diffusion',
    executorId,
    devices,
    imageModel,
    videoModel,
    dtype: 'auto',
    probe: isProfiled ? [] : probedShapes(able, devices.length),
    probeSteps: PROBE_STEPS,
  }
}

/** Rank 0's own node opens the meeting place. */
function partOf({ firstRank, ranks, near, meeting, leads }: NonNullable<OwnExecutor['part']>): ExecutorPart {
  return { firstRank, ranks, near, meeting: leads ? null : meeting }
}
