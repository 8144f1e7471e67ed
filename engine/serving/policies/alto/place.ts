import type { Claims } from './claims'
import { durationIn, efficiency, type Job } from './job'

/** A request may keep free GPUs waiting for a wider group this share of the time that it then still runs. */
const GATHER_SHARE = 0.025

/** And no longer than this, milliseconds. */
const GATHER_MOST_MS = 1000

/** Idle GPUs widen a group to degrees that keep this share of their speed-up per GPU. */
const WORTH_WIDENING = 0.7

/** What a job got in this round. */
export interface Placement {
  job: Job
  gpus: number[]
}

/**
 * Gives one job its GPUs, or claims for it those that it will get. A job inside a step keeps its GPUs and claims what
 * widens it at its boundary; one at a boundary takes the widest group up to its width that is free now or soon.
 *
 * @param gathers false: it takes what is free now and keeps nothing waiting
 * @returns where it runs now; undefined where it waits
 */
export function place(job: Job, claims: Claims, now: number, gathers: boolean): Placement | undefined {
  if (claims.left === 0) return undefined
  if (!job.atBoundary) {
    keepAndWiden(job, claims, now, gathers)
    return undefined
  }
  const { request } = job
  const widths = request.stage === 'denoise' ? job.degrees : job.degrees.slice(0, 1)
  for (let index = widths.length - 1; index >= 0; index--) {
    const mode = widths[index]!
    if (mode.sp > job.width) continue
    const width = request.stage === 'denoise' ? mode.sp : 1
    const group = claims.find(width, request.gpus, [], now)
    if (!group) continue
    const free = group.readyMs <= now
    if (!free && index > 0 && (!gathers || group.readyMs - now > patienceMs(job, index))) continue
    claims.take(group.gpus)
    return free ? { job, gpus: group.gpus } : undefined
  }
  return undefined
}

function keepAndWiden(job: Job, claims: Claims, now: number, gathers: boolean): void {
  const { request } = job
  // A higher claim on one of its GPUs, or the batch that it shares its GPU with, was here before.
  if (request.gpus.some((gpu) => claims.isTaken(gpu))) return
  claims.take(request.gpus)
  if (job.left.steps === 0 || !gathers) return
  for (let index = job.degrees.length - 1; index > 0; index--) {
    const { sp } = job.degrees[index]!
    if (sp <= request.gpus.length) return
    if (sp > job.width) continue
    const group = claims.find(sp, request.gpus, request.gpus, job.boundaryMs)
    if (!group || group.readyMs - now > patienceMs(job, index)) continue
    claims.take(group.gpus.filter((gpu) => !request.gpus.includes(gpu)))
    return
  }
}

/** How long free GPUs may wait for a group at this degree. */
function patienceMs(job: Job, index: number): number {
  return Math.min(GATHER_MOST_MS, GATHER_SHARE * durationIn(job.left, job.degrees[index]!))
}

/** Widens a placement with GPUs that would idle. */
export function widen(placement: Placement, claims: Claims, now: number): void {
  const { job, gpus } = placement
  if (job.request.stage !== 'denoise') return
  const idle = claims.idleBeside(gpus[0]!, now)
  for (let index = job.degrees.length - 1; index > 0; index--) {
    const mode = job.degrees[index]!
    const more = mode.sp - gpus.length
    if (more <= 0) return
    if (more > idle.length || efficiency(job.degrees, mode) < WORTH_WIDENING) continue
    const added = idle.slice(0, more)
    claims.take(added)
    gpus.push(...added)
    return
  }
}
