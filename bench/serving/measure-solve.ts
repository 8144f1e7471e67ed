import { random } from '../../engine/random'
import { decideRound } from '../../engine/serving/decide-round'
import type { PolicyName } from '../../engine/serving/policies/registry'
import type { StepTimes } from '../../engine/serving/profile'
import { DEFAULT_SERVING_SETTINGS } from '../../engine/serving/settings'
import type { RequestView, ServingGpu, ServingSnapshot } from '../../engine/serving/snapshot'

export interface SolveFigures {
  policy: PolicyName
  gpus: number
  nodes: number
  requests: number
  rounds: number
  meanMs: number
  p99Ms: number
  maxMs: number
}

/** Times rounds over crowded snapshots: every GPU in a step or just free, everything else waiting. */
export function measureSolve(
  policy: PolicyName,
  size: { gpus: number; nodes: number; requests: number },
  rounds: number,
  times: StepTimes,
): SolveFigures {
  const snapshots = Array.from({ length: 20 }, (_, seed) => crowded(size, seed, times))
  for (const snapshot of snapshots) decideRound(snapshot, policy, 0)
  const took: number[] = []
  for (let round = 0; round < rounds; round++) {
    const snapshot = snapshots[round % snapshots.length]!
    const startedAt = performance.now()
    decideRound(snapshot, policy, 0)
    took.push(performance.now() - startedAt)
  }
  took.sort((a, b) => a - b)
  const meanMs = took.reduce((sum, ms) => sum + ms, 0) / rounds
  return { policy, ...size, rounds, meanMs, p99Ms: took[Math.ceil(0.99 * rounds) - 1]!, maxMs: took.at(-1)! }
}

/** At time 0: one GPU in eight is at a boundary, the others inside steps of requests with one GPU each. */
function crowded(
  { gpus, nodes, requests }: { gpus: number; nodes: number; requests: number },
  seed: number,
  times: StepTimes,
): ServingSnapshot {
  const source = random(`crowded/${seed}`)
  const shapes = [...times.shapes.values()]
  const slots: ServingGpu[] = []
  const views: RequestView[] = []
  for (let gpu = 0; gpu < gpus; gpu++) {
    const busyUntilMs = gpu % 8 === 0 ? 0 : 1000 * source.next()
    slots.push({ node: Math.floor((gpu * nodes) / gpus), busyUntilMs })
  }
  for (let index = 0; index < requests; index++) {
    const shape = shapes[source.integer(shapes.length)]!
    const isolatedMs = shape.encodeMs + 50 * shape.base.stepMs + shape.decodeMs
    const arrivalMs = -isolatedMs * source.next()
    const holds = index < gpus
    const started = holds || source.next() < 0.3
    const gpu = holds ? index : source.integer(gpus)
    const busyUntilMs = holds && slots[gpu]!.busyUntilMs > 0 ? slots[gpu]!.busyUntilMs : undefined
    views.push({
      id: `r${String(index).padStart(5, '0')}`,
      shape,
      steps: 50,
      arrivalMs,
      deadlineMs: arrivalMs + 1.5 * isolatedMs,
      weight: 1,
      stage: started ? 'denoise' : 'encode',
      stepsDone: started ? 1 + source.integer(40) : 0,
      busyUntilMs,
      gpus: started ? [gpu] : [],
      lastEndMs: started ? Math.min(0, -source.integer(500) + (holds ? 500 : 0)) : undefined,
      pauses: 0,
    })
  }
  views.sort((a, b) => a.arrivalMs - b.arrivalMs)
  const history = views
    .slice(-DEFAULT_SERVING_SETTINGS.historyLength)
    .map(({ arrivalMs, shape, steps, deadlineMs, weight }) => ({
      atMs: arrivalMs,
      shape,
      steps,
      deadlineMs,
      weight,
    }))
  return { requests: views, gpus: slots, times, history, settings: DEFAULT_SERVING_SETTINGS }
}
