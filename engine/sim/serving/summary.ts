import { attainment } from '../../serving/attainment'
import { type LatencyPercentiles, latencyPercentiles } from '../../serving/latency'
import { isFinished } from './log'
import type { RequestOutcome, SimulationResult } from './simulate'

/** What `alto simulate serving --json` prints. Shares and percentiles of an empty or unfinished set are null. */
export interface SimulationSummary {
  policy: string
  requests: number
  attainment: { overall: number | null; image: number | null; video: number | null }
  latencyMs: { image: LatencyPercentiles; video: LatencyPercentiles }
  /** Held GPU time over GPUs × (last end − first arrival); waiting, switching and resuming are not held. */
  gpuBusy: number | null
  preemptions: number
  spChanges: number
  solveMs: { mean: number; max: number }
}

export function summarise(policy: string, gpus: number, result: SimulationResult): SimulationSummary {
  const flat = (outcome: RequestOutcome) => ({ ...outcome.request, finishedMs: outcome.finishedMs })
  const all = result.outcomes.map(flat)
  const image = all.filter((outcome) => outcome.kind === 'image')
  const video = all.filter((outcome) => outcome.kind === 'video')
  return {
    policy,
    requests: all.length,
    attainment: {
      overall: attainment(all).share,
      image: attainment(image).share,
      video: attainment(video).share,
    },
    latencyMs: { image: latencyPercentiles(image), video: latencyPercentiles(video) },
    gpuBusy: gpuBusy(gpus, result),
    preemptions: result.preemptions,
    spChanges: result.spChanges,
    solveMs: result.solveMs,
  }
}

function gpuBusy(gpus: number, { log, outcomes }: SimulationResult): number | null {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  let held = 0
  for (const { request } of outcomes) first = Math.min(first, request.arrivalMs)
  for (const event of log) {
    if (isFinished(event)) continue
    last = Math.max(last, event.endMs)
    held += (event.endMs - event.startMs) * event.gpus.length
  }
  return last > first ? held / (gpus * (last - first)) : null
}
