import { Profile } from './profile'

/** Tasks and pools as arrays, so that one schedule costs microseconds. */
export interface Problem {
  count: number
  widths: Int32Array
  durations: Float64Array
  releases: Float64Array
  pools: readonly number[]
  /** What is taken already in each pool; empty pools where not given. */
  base?: readonly Profile[]
}

/**
 * Schedules tasks one after the other, each as early as it fits among those before it (the serial schedule generation
 * scheme; some order gives an optimal schedule). In several pools each task goes where it can start first, then where
 * the pool is smallest.
 */
export class ListScheduler {
  readonly starts: Float64Array
  readonly chosenPools: Int32Array
  /** Σ width · duration · middle: smaller is more work done early; tells equal makespans apart. */
  moment = 0
  private readonly profiles: Profile[]
  private readonly order: Int32Array

  constructor(private readonly problem: Problem) {
    this.starts = new Float64Array(problem.count)
    this.chosenPools = new Int32Array(problem.count)
    this.profiles = problem.pools.map(
      (size) => new Profile(size, Math.ceil((2 * problem.count) / problem.pools.length) + 8),
    )
    // Smaller pools first: ties go to the pool that the task fills best.
    this.order = Int32Array.from(problem.pools.keys()).sort(
      (a, b) => problem.pools[a]! - problem.pools[b]! || a - b,
    )
  }

  /**
   * Makes the schedule of an order into `starts` and `chosenPools`.
   *
   * A task that never fits starts at Infinity in pool -1.
   *
   * @param cutoff gives up where the makespan would be above it
   * @returns the makespan, or Infinity where it gave up
   */
  run(order: Int32Array, cutoff = Number.POSITIVE_INFINITY): number {
    const { widths, durations, releases, base } = this.problem
    for (const [pool, profile] of this.profiles.entries()) {
      if (base === undefined) profile.clear()
      else profile.copyFrom(base[pool]!)
    }
    let makespan = 0
    let moment = 0
    for (let position = 0; position < order.length; position++) {
      const task = order[position]!
      const width = widths[task]!
      const duration = durations[task]!
      const release = releases[task]!
      const start = this.place(task, release, duration, width)
      const end = start + duration
      if (end > cutoff) return Number.POSITIVE_INFINITY
      if (end > makespan) makespan = end
      moment += width * duration * (start + end)
    }
    this.moment = moment
    return makespan
  }

  private place(task: number, release: number, duration: number, width: number): number {
    const { pools } = this.problem
    let best = Number.POSITIVE_INFINITY
    let chosen = -1
    for (let at = 0; at < this.order.length; at++) {
      const pool = this.order[at]!
      if (pools[pool]! < width) continue
      const start = this.profiles[pool]!.earliest(release, duration, width, best)
      if (start < best) {
        best = start
        chosen = pool
        if (start === release) break
      }
    }
    this.starts[task] = best
    this.chosenPools[task] = chosen
    if (chosen >= 0) this.profiles[chosen]!.reserve(best, duration, width)
    return best
  }
}
