import type { Interval } from '../model/cluster'
import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import type { Class } from './classes'
import type { FreeNode } from './free-gpus'
import { improve } from './improve'
import { ListScheduler, type Problem } from './list-schedule'
import { Profile } from './profile'

/** When a waiting sweep is expected to start, and on which node where its gang may not spread. */
export interface ExpectedStart {
  sweep: SweepWork
  /** Seconds from now; 0 is now. */
  startIn: number
  /** Index into the free nodes; -1 for several nodes. */
  node: number
}

/** A run of unknown length counts as this long, seconds. */
const UNKNOWN_SECONDS = 3600
/** Something that should have ended already is expected to take this much longer, seconds. */
const LATE_SECONDS = 60

/**
 * Expected starts of all waiting sweeps (rules P1, P6 and P14): class by class the shortest makespan around what runs
 * and around the classes before. Sweeps that cannot start on the open nodes at all are left out.
 *
 * @param free GPUs that are free now, by open node
 */
export function planWaiting(
  classes: readonly Class[],
  free: readonly FreeNode[],
  snapshot: TuningSnapshot,
  policy: TuningPolicy,
  now: number,
  quantile: keyof Interval,
): ExpectedStart[] {
  const sizes = free.map(({ node }) => node.gpus.length)
  const widest = Math.max(0, ...sizes)
  const all = classes.flatMap(({ sweeps }) => sweeps)
  // Gangs of several nodes and gangs of one node compete for the same GPUs: then only the count of GPUs is planned.
  const spread =
    all.every((sweep) => sweep.spread) || all.some((sweep) => sweep.spread && sweep.gpus > widest)
  const pools = spread ? [sizes.reduce((sum, size) => sum + size, 0)] : sizes
  const base = busyProfiles(pools, spread, free, snapshot, policy, now, quantile)
  const limit = Math.max(0, ...pools)
  const starts: ExpectedStart[] = []
  for (const { sweeps } of classes) {
    const able = sweeps.filter((sweep) => sweep.gpus <= limit && !sweep.paused)
    if (able.length === 0) continue
    const problem: Problem = {
      count: able.length,
      widths: Int32Array.from(able, (sweep) => sweep.gpus),
      durations: Float64Array.from(able, (sweep) => expectedSeconds(sweep, quantile)),
      releases: new Float64Array(able.length),
      pools,
      base,
    }
    const schedule = improve(problem, shortest(problem), {
      budget: quantile === 'p50' ? policy.planBudget : 1,
    })
    for (const [index, sweep] of able.entries()) {
      const startIn = schedule.starts[index]!
      const node = schedule.pools[index]!
      if (startIn < Number.POSITIVE_INFINITY)
        base[node]!.reserve(startIn, problem.durations[index]!, sweep.gpus)
      starts.push({ sweep, startIn, node: spread ? -1 : node })
    }
  }
  return starts
}

/** A makespan that is short enough: the end of whoever ends last if each had the cluster for itself. */
function shortest(problem: Problem): number {
  const alone = new ListScheduler(problem)
  let latest = 0
  for (let task = 0; task < problem.count; task++) latest = Math.max(latest, alone.run(Int32Array.of(task)))
  return latest
}

/** Expected length, never zero: a plan with a zero would start everything behind it at once. */
export function expectedSeconds(sweep: SweepWork, quantile: keyof Interval): number {
  return Math.max(1, sweep.remaining?.[quantile] ?? UNKNOWN_SECONDS)
}

/** What is taken now and until when, by pool. */
function busyProfiles(
  pools: readonly number[],
  spread: boolean,
  free: readonly FreeNode[],
  snapshot: TuningSnapshot,
  policy: TuningPolicy,
  now: number,
  quantile: keyof Interval,
): Profile[] {
  const profiles = pools.map((size) => new Profile(size, 64))
  const pool = new Map(
    free.flatMap(({ node }, index) => node.gpus.map((gpu) => [gpu.id, spread ? 0 : index])),
  )
  const until = new Map<string, number>()
  const sweeps = new Map(snapshot.sweeps.map((sweep) => [sweep.id, sweep]))
  for (const lease of snapshot.leases) {
    const sweep = lease.holder.kind === 'sweep' ? sweeps.get(lease.holder.id) : undefined
    const known = lease.releasedAt?.[quantile] ?? (sweep && now + expectedSeconds(sweep, quantile))
    const left = (known ?? Number.POSITIVE_INFINITY) - now
    until.set(lease.gpuId, left > 0 ? left : LATE_SECONDS)
  }
  for (const id of policy.reservedGpuIds ?? []) until.set(id, Number.POSITIVE_INFINITY)
  for (const [gpuId, seconds] of until) {
    const at = pool.get(gpuId)
    if (at !== undefined) profiles[at]!.reserve(0, seconds, 1)
  }
  return profiles
}
