import type { Mode } from '../../profile'
import type { RequestView } from '../../snapshot'
import type { Job } from './job'
import type { Placement } from './place'

/** A batch must save this share of the GPU time of its steps. */
const WORTH_SHARING = 0.01

/**
 * Images that got no GPU join one of their shape that runs now, where the batch was profiled, saves GPU time and
 * keeps every promised member on time if it lasts. They leave again at any boundary.
 *
 * @param waiting promised jobs at a boundary without GPUs, in order of priority
 * @returns the members of each placement, its own job first
 */
export function shareSteps(
  placements: readonly Placement[],
  waiting: readonly Job[],
  now: number,
): RequestView[][] {
  const open = waiting.filter(({ request }) => request.shape.kind === 'image' && request.stage === 'denoise')
  return placements.map(({ job }) => {
    const { request } = job
    if (open.length === 0 || request.shape.kind !== 'image' || request.stage !== 'denoise') return [request]
    const alike = open.filter((other) => other.request.shape === request.shape)
    const members = largestBatch([job, ...alike], now)
    for (const member of members.slice(1)) open.splice(open.indexOf(member), 1)
    return members.map((member) => member.request)
  })
}

function largestBatch(candidates: readonly Job[], now: number): readonly Job[] {
  const first = candidates[0]!
  const { base, modes } = first.request.shape
  let best = candidates.slice(0, 1)
  for (const mode of modes) {
    if (mode.batch <= 1 || mode.batch > candidates.length) continue
    if (mode.stepMs / mode.batch > base.stepMs * (1 - WORTH_SHARING)) continue
    const members = candidates.slice(0, mode.batch)
    if (members.every((member) => staysOnTime(member, mode, now))) best = members
  }
  return best
}

/** True where the batch, kept to its end, does not make late who could be on time. */
function staysOnTime({ request, left, needed }: Job, mode: Mode, now: number): boolean {
  return !needed || now + left.steps * mode.stepMs + left.decodeMs <= request.deadlineMs
}
