import type { Choice, Policy, Wait, WaitCode } from '../../choice'
import type { ServingSnapshot } from '../../snapshot'
import { nodeSize } from '../in-order'
import { type Admission, admit, byArrival } from './admit'
import { Claims } from './claims'
import { type Job, jobOf } from './job'
import { type Placement, place, widen } from './place'
import { shareSteps } from './share-steps'

/**
 * Ours. Promise deadlines that fit beside what will likely arrive, set the dearest aside where they do not; run the
 * promised in order of deadline at the cheapest degree that is on time, groups gathered at step boundaries; then who
 * was set aside, the nearest to its end first; then who cannot make it. Idle GPUs widen what runs.
 */
export const alto: Policy = (snapshot, now) => {
  const widestNode = nodeSize(snapshot)
  const jobs = snapshot.requests.map((request) => jobOf(request, snapshot.times, now, widestNode))
  const admission = admit(jobs, snapshot, now)
  const claims = new Claims(snapshot.gpus, now)
  const placements: Placement[] = []
  const rules: string[] = []
  const serve = (list: readonly Job[], rule: string, gathers = true): void => {
    for (const job of list) {
      if (claims.left === 0) return
      const placement = place(job, claims, now, gathers)
      if (!placement) continue
      placements.push(placement)
      rules.push(rule)
    }
  }
  const first = owedFirst(admission.late, snapshot, now)
  serve(first, 'S28', false)
  serve(admission.promised, 'S24')
  serve(admission.setAside, 'S22')
  const rest = first.length === 0 ? admission.late : admission.late.filter((job) => !first.includes(job))
  serve(rest, 'S20')
  for (const placement of placements) widen(placement, claims, now)

  const running = new Set(placements.map(({ job }) => job))
  const idle = (job: Job): boolean => job.atBoundary && !running.has(job)
  const shared = shareSteps(placements, admission.promised.filter(idle), now)
  const run = placements.map(({ gpus }, index): Choice => {
    return { requests: shared[index]!, gpus, rule: rules[index]! }
  })
  return { run, waits: waitsOf(admission, snapshot, run, now) }
}

/** Late requests that go before all others: the oldest few that a person keeps GPUs for, and all beyond the bound. */
function owedFirst(late: readonly Job[], { settings }: ServingSnapshot, now: number): Job[] {
  if (settings.lateGpus === 0 && settings.starvationMs === Number.POSITIVE_INFINITY) return []
  return [...late]
    .sort(byArrival)
    .filter(
      ({ request }, place) => place < settings.lateGpus || now - request.deadlineMs >= settings.starvationMs,
    )
}

function waitsOf(
  { promised, setAside, late }: Admission,
  snapshot: ServingSnapshot,
  run: readonly Choice[],
  now: number,
): Map<string, Wait> {
  const given = run.reduce((sum, { gpus }) => sum + gpus.length, 0)
  const free = snapshot.gpus.filter((gpu) => gpu.busyUntilMs <= now).length - given
  const waits = new Map<string, Wait>()
  const explain = (jobs: readonly Job[], code: WaitCode, rule: string): void => {
    for (const { request, width } of jobs) {
      const requested = request.stage === 'denoise' ? width : 1
      waits.set(request.id, { code, requested, available: free, rule })
    }
  }
  explain(promised, free > 0 ? 'gang' : 'gpus-busy', free > 0 ? 'S25' : 'S24')
  explain(setAside, 'set-aside', 'S22')
  explain(late, 'cannot-make-it', 'S20')
  return waits
}
