import type { RunAction } from '../../serving/plan'
import type { ServingGpu } from '../../serving/snapshot'
import type { LiveRequest } from './live-request'

/**
 * The requests of an action, after the checks that an applier makes: GPUs free, of one node and named once, requests
 * at a boundary, in the phase that the action names and of one shape. A plan that fails here is a defect.
 */
export function requestsOf(
  action: RunAction,
  live: ReadonlyMap<string, LiveRequest>,
  gpus: readonly ServingGpu[],
  now: number,
): LiveRequest[] {
  const refuse = (reason: string): never => {
    throw new Error(`The plan for ${action.requests.join(', ')} at ${now} ms cannot be applied: ${reason}`)
  }
  if (action.gpus.length === 0 || action.requests.length === 0) refuse('it is empty.')
  if (new Set(action.gpus).size !== action.gpus.length) refuse('a GPU is named twice.')
  if (action.gpus.length !== action.sp) refuse(`SP ${action.sp} with ${action.gpus.length} GPUs.`)
  if (action.requests.length !== action.batch) refuse(`batch ${action.batch} of ${action.requests.length}.`)
  if (new Set(action.requests).size !== action.requests.length) refuse('a request is named twice.')
  if (action.phase !== 'denoise' && action.gpus.length > 1) refuse(`${action.phase} runs on one GPU.`)
  for (const gpu of action.gpus) {
    const slot = gpus[gpu]
    if (!slot) return refuse(`there is no GPU ${gpu}.`)
    if (slot.busyUntilMs > now) refuse(`GPU ${gpu} is busy until ${slot.busyUntilMs} ms.`)
    if (slot.node !== gpus[action.gpus[0]!]!.node) refuse('its GPUs are on different nodes.')
  }
  const requests: LiveRequest[] = []
  for (const id of action.requests) {
    const request = live.get(id)
    if (!request) return refuse(`${id} is not live.`)
    if (request.busyUntilMs !== undefined) refuse(`${id} is inside a step.`)
    if (request.stage !== action.phase) refuse(`${id} needs ${request.stage}, not ${action.phase}.`)
    requests.push(request)
  }
  if (requests.some((request) => request.shape.key !== requests[0]!.shape.key)) refuse('its shapes differ.')
  return requests
}
