import type { Pool, PoolClient } from 'pg'
import type { Shape, ShapeTimes, StepTimes } from '../../engine/serving/profile'
import { DEFAULT_SERVING_SETTINGS } from '../../engine/serving/settings'
import { shapeTimesOf } from '../../engine/serving/shape-times'
import type { Arrival, RequestView, ServingGpu, ServingSnapshot } from '../../engine/serving/snapshot'
import { profileRows, timesOfRows } from './serving-profile'
import {
  type DeploymentRow,
  deploymentRows,
  engineSettings,
  type LiveRequestRow,
  liveRequestRows,
  recentArrivals,
  weightOf,
} from './serving-rows'

export interface LoadedServing {
  deployment: DeploymentRow
  snapshot: ServingSnapshot
  /** False where nothing was measured yet, so that nothing can be said. */
  isProfiled: boolean
}

export const shapeOf = (request: Pick<LiveRequestRow, 'kind' | 'width' | 'height' | 'frames'>): Shape => ({
  kind: request.kind,
  resolution: `${request.width}x${request.height}`,
  frames: request.frames,
})

/**
 * A deployment as its rows have it, a moment behind the leader: what quotes and pages look at.
 *
 * @param now Unix milliseconds
 */
export async function loadServing(
  client: Pool | PoolClient,
  id: string,
  now: number,
): Promise<LoadedServing | null> {
  const [deployment] = await deploymentRows(client, id)
  if (!deployment) return null
  const { historyLength } = DEFAULT_SERVING_SETTINGS
  const [profile, live, arrivals] = await Promise.all([
    profileRows(client, id),
    liveRequestRows(client, [id]),
    recentArrivals(client, id, historyLength),
  ])
  const times = timesOfRows(profile, deployment)
  const { settings } = deployment
  const requests = live
    .filter((row) => !row.isCancelled)
    .flatMap((row) => {
      const shape = shapeTimesOf(times, shapeOf(row))
      return shape ? [viewOf(row, shape, deployment, now)] : []
    })
  const history = arrivals.flatMap((row): Arrival[] => {
    const shape = shapeTimesOf(times, shapeOf(row))
    const { arrivalMs, steps, deadlineMs } = row
    return shape ? [{ atMs: arrivalMs, shape, steps, deadlineMs, weight: weightOf(settings, row) }] : []
  })
  return {
    deployment,
    isProfiled: times.shapes.size > 0,
    snapshot: {
      requests,
      gpus: gpusOf(deployment, requests, now),
      times: times satisfies StepTimes,
      history,
      settings: engineSettings(settings, historyLength),
    },
  }
}

function viewOf(row: LiveRequestRow, shape: ShapeTimes, deployment: DeploymentRow, now: number): RequestView {
  const gpus = row.gpuIds.map((gpu) => deployment.gpuIds.indexOf(gpu)).filter((index) => index >= 0)
  return {
    id: row.id,
    shape,
    steps: row.steps,
    arrivalMs: row.arrivalMs,
    deadlineMs: row.deadlineMs,
    weight: weightOf(deployment.settings, row),
    stage: row.stage,
    stepsDone: row.stepsDone,
    busyUntilMs: row.state === 'running' ? Math.max(now + 1, unitEndMs(row, shape, now)) : undefined,
    gpus,
    lastEndMs: row.lastEndMs ?? undefined,
    pauses: row.pauses,
  }
}

/** When the step or phase that it is in should be over. */
function unitEndMs(row: LiveRequestRow, shape: ShapeTimes, now: number): number {
  const mode = shape.modes.find((one) => one.sp === row.gpuIds.length) ?? shape.base
  const unitMs = { encode: mode.encodeMs, denoise: mode.stepMs, decode: mode.decodeMs }[row.stage]
  return (row.lastEndMs ?? now) + unitMs
}

/** GPUs are numbered as the deployment lists them; a node is its first GPU's number. */
function gpusOf(deployment: DeploymentRow, requests: readonly RequestView[], now: number): ServingGpu[] {
  return deployment.gpuIds.map((_, index) => ({
    node: deployment.nodeIds.indexOf(deployment.nodeIds[index]!),
    busyUntilMs: requests.reduce(
      (until, request) =>
        request.busyUntilMs !== undefined && request.gpus.includes(index)
          ? Math.max(until, request.busyUntilMs)
          : until,
      now,
    ),
  }))
}
