import type { Random } from '../random'
import type { Problem } from './list-schedule'
import { Profile } from './profile'

/** Weight of doing work early beside the time over the target. */
const EARLY_WORK = 0.05
/** Temperatures at the begin and at the end, as shares of the makespan. */
const HOT = 0.01
const COLD = 0.0001
/** How far the target lies below the best makespan, as a share of the gap to the lower bound and of the makespan. */
const TARGET_GAP = 0.5
const TARGET_STEP = 0.01

/**
 * Improves a schedule in several pools: simulated annealing over the order of tasks in each pool, where a move schedules
 * only the one or two pools that it touches. It minimises the time by which pools end after a target that lies below the
 * best makespan found.
 */
export class PoolBalancer {
  readonly bestStarts: Float64Array
  readonly bestPools: Int32Array
  bestMakespan: number
  private readonly orders: Int32Array[]
  private readonly counts: Int32Array
  private readonly ends: Float64Array
  private readonly costs: Float64Array
  private readonly starts: Float64Array
  private readonly profiles: Map<number, Profile>
  private readonly earlyScale: number
  private target = 0

  /**
   * @param starts of the schedule to improve
   * @param pools of the schedule to improve
   */
  constructor(
    private readonly problem: Problem,
    starts: Float64Array,
    private readonly pools: Int32Array,
    makespan: number,
    private readonly bound: number,
  ) {
    const { count } = problem
    this.bestStarts = starts.slice()
    this.bestPools = pools.slice()
    this.bestMakespan = makespan
    this.starts = starts.slice()
    this.counts = new Int32Array(problem.pools.length)
    for (let task = 0; task < count; task++) this.counts[pools[task]!]! += 1
    this.orders = problem.pools.map((_, pool) => new Int32Array(this.counts[pool]! + 16))
    this.counts.fill(0)
    for (const task of [...starts.keys()].sort((a, b) => starts[a]! - starts[b]! || a - b)) {
      const pool = pools[task]!
      this.orders[pool]![this.counts[pool]!++] = task
    }
    this.ends = new Float64Array(problem.pools.length)
    this.costs = new Float64Array(problem.pools.length)
    this.profiles = new Map([...new Set(problem.pools)].map((size) => [size, new Profile(size, 64)]))
    let area = 0
    for (let task = 0; task < count; task++) area += problem.widths[task]! * problem.durations[task]!
    this.earlyScale = (EARLY_WORK * problem.pools.length) / Math.max(area, Number.MIN_VALUE)
    this.aim()
  }

  /** Makes moves while `goOn` answers a share of the search that is done, and not `null`. */
  search(rng: Random, goOn: () => number | null): void {
    const { problem, counts, orders } = this
    for (;;) {
      const done = goOn()
      if (done === null) return
      const temperature = this.bestMakespan * HOT * (COLD / HOT) ** done
      const a = this.pick(rng)
      if (counts[a] === 0) continue
      const i = rng.integer(counts[a]!)
      const task = orders[a]![i]!
      const b = rng.next() < 0.3 ? a : rng.integer(orders.length)
      if (problem.pools[b]! < problem.widths[task]!) continue
      if (a === b) this.reorder(a, i, rng, temperature)
      else if (rng.next() < 0.5 && counts[b]! > 0) this.exchange(a, i, b, rng, temperature)
      else this.relocate(a, i, b, rng, temperature)
    }
  }

  /** A pool: in half of the moves one that ends late. */
  private pick(rng: Random): number {
    const first = rng.integer(this.orders.length)
    if (rng.next() < 0.5) return first
    let latest = first
    for (let draw = 0; draw < 3; draw++) {
      const other = rng.integer(this.orders.length)
      if (this.ends[other]! > this.ends[latest]!) latest = other
    }
    return latest
  }

  private reorder(pool: number, i: number, rng: Random, temperature: number): void {
    const order = this.orders[pool]!
    const j = rng.integer(this.counts[pool]!)
    if (i === j) return
    const before = this.costs[pool]!
    const end = this.ends[pool]!
    move(order, i, j)
    const cost = this.evaluate(pool)
    if (this.accepts(cost - before, rng, temperature)) this.settle()
    else {
      move(order, j, i)
      this.restore(pool, before, end)
    }
  }

  private relocate(a: number, i: number, b: number, rng: Random, temperature: number): void {
    const before = this.costs[a]! + this.costs[b]!
    const saved = [this.costs[a]!, this.ends[a]!, this.costs[b]!, this.ends[b]!] as const
    const j = rng.integer(this.counts[b]! + 1)
    const task = this.remove(a, i)
    this.add(b, j, task)
    const cost = this.evaluate(a) + this.evaluate(b)
    if (this.accepts(cost - before, rng, temperature)) {
      this.pools[task] = b
      this.settle()
    } else {
      this.remove(b, j)
      this.add(a, i, task)
      this.restore(a, saved[0], saved[1])
      this.restore(b, saved[2], saved[3])
    }
  }

  private exchange(a: number, i: number, b: number, rng: Random, temperature: number): void {
    const { problem, orders } = this
    const j = rng.integer(this.counts[b]!)
    const mine = orders[a]![i]!
    const other = orders[b]![j]!
    if (problem.pools[a]! < problem.widths[other]!) return
    const before = this.costs[a]! + this.costs[b]!
    const saved = [this.costs[a]!, this.ends[a]!, this.costs[b]!, this.ends[b]!] as const
    orders[a]![i] = other
    orders[b]![j] = mine
    const cost = this.evaluate(a) + this.evaluate(b)
    if (this.accepts(cost - before, rng, temperature)) {
      this.pools[mine] = b
      this.pools[other] = a
      this.settle()
    } else {
      orders[a]![i] = mine
      orders[b]![j] = other
      this.restore(a, saved[0], saved[1])
      this.restore(b, saved[2], saved[3])
    }
  }

  private accepts(change: number, rng: Random, temperature: number): boolean {
    return change <= 0 || rng.next() < Math.exp(-change / temperature)
  }

  private restore(pool: number, cost: number, end: number): void {
    this.costs[pool] = cost
    this.ends[pool] = end
  }

  /** Keeps the schedule where it is the best so far. */
  private settle(): void {
    let makespan = 0
    for (const end of this.ends) if (end > makespan) makespan = end
    if (makespan >= this.bestMakespan) return
    this.bestMakespan = makespan
    this.bestPools.set(this.pools)
    for (let pool = 0; pool < this.orders.length; pool++) this.evaluate(pool)
    this.bestStarts.set(this.starts)
    this.aim()
  }

  private aim(): void {
    const gap = (this.bestMakespan - this.bound) * TARGET_GAP
    this.target = Math.max(this.bound, this.bestMakespan - Math.min(gap, this.bestMakespan * TARGET_STEP))
    for (let pool = 0; pool < this.orders.length; pool++) this.evaluate(pool)
  }

  /** Schedules one pool in its order. */
  private evaluate(pool: number): number {
    const { widths, durations, releases, pools } = this.problem
    const order = this.orders[pool]!
    const profile = this.profiles.get(pools[pool]!)!
    profile.clear()
    let last = 0
    let moment = 0
    for (let position = 0; position < this.counts[pool]!; position++) {
      const task = order[position]!
      const width = widths[task]!
      const duration = durations[task]!
      const start = profile.earliest(releases[task]!, duration, width, Number.POSITIVE_INFINITY)
      profile.reserve(start, duration, width)
      this.starts[task] = start
      const end = start + duration
      moment += width * duration * (start + end)
      if (end > last) last = end
    }
    this.ends[pool] = last
    const cost = Math.max(0, last - this.target) + this.earlyScale * moment
    this.costs[pool] = cost
    return cost
  }

  private remove(pool: number, at: number): number {
    const order = this.orders[pool]!
    const task = order[at]!
    order.copyWithin(at, at + 1, this.counts[pool]!)
    this.counts[pool]! -= 1
    return task
  }

  private add(pool: number, at: number, task: number): void {
    if (this.counts[pool]! === this.orders[pool]!.length) {
      const longer = new Int32Array(2 * this.orders[pool]!.length)
      longer.set(this.orders[pool]!)
      this.orders[pool] = longer
    }
    const order = this.orders[pool]!
    order.copyWithin(at + 1, at, this.counts[pool]!)
    order[at] = task
    this.counts[pool]! += 1
  }
}

/** Takes the entry at `i` out and puts it at `j`. */
function move(order: Int32Array, i: number, j: number): void {
  const moved = order[i]!
  if (i < j) order.copyWithin(i, i + 1, j + 1)
  else order.copyWithin(j + 1, j, i)
  order[j] = moved
}
