import { type Random, random } from '../random'
import { PoolBalancer } from './balance-pools'
import type { Effort, Schedule } from './instance'
import { ListScheduler, type Problem } from './list-schedule'

/** Orders that a list schedule starts from: by these numbers, the largest first. */
const RULES: readonly ((width: number, duration: number) => number)[] = [
  (_width, duration) => duration,
  (width, duration) => width * duration,
  (width, duration) => width * 1e6 + duration,
  (width, duration) => Math.sqrt(width) * duration,
]

/** Weight of doing work early beside the makespan: it tells equal makespans apart and leads out of plateaus. */
const EARLY_WORK = 0.3

/** Rounds of annealing: share of the budget, and temperature at the begin and the end as shares of the makespan. */
const ROUNDS = [
  { share: 0.15, hot: 0.02, cold: 0.0005 },
  { share: 0.15, hot: 0.02, cold: 0.0005 },
  { share: 0.7, hot: 0.005, cold: 0.0001 },
]

/**
 * In so few pools, orders over all of them are annealed first, with at most this share of the effort; in more, moves
 * between pools find more.
 */
const FEW_POOLS = 4
const FEW_POOLS_SHARE = 0.4
const FEW_POOLS_TRIES = 8_000

/** Schedules of the first round of balancing; each is twice as long as the one before and cools down, whenever a clock ends it. */
const FIRST_ROUND = 8_000

/** A search: the best order so far and how much of the effort is used. */
class Search {
  tried = 0
  bestMakespan = Number.POSITIVE_INFINITY
  bestCost = Number.POSITIVE_INFINITY
  readonly bestOrder: Int32Array
  readonly scheduler: ListScheduler
  readonly budget: number
  private leastEarly = Number.POSITIVE_INFINITY
  private readonly area: number
  private clockStopped = false

  constructor(
    problem: Problem,
    private readonly target: number,
    private readonly effort: Effort,
  ) {
    this.budget = effort.budget
    this.scheduler = new ListScheduler(problem)
    this.bestOrder = new Int32Array(problem.count)
    let area = 0
    for (let task = 0; task < problem.count; task++) area += problem.widths[task]! * problem.durations[task]!
    this.area = Math.max(area, Number.MIN_VALUE)
  }

  /** Cost of an order, or Infinity where it is above the cutoff. */
  attempt(order: Int32Array, cutoff: number): number {
    this.tried += 1
    const makespan = this.scheduler.run(order, cutoff - 0.97 * (this.tried === 1 ? 0 : this.leastEarly))
    if (makespan === Number.POSITIVE_INFINITY) return makespan
    const early = (EARLY_WORK * this.scheduler.moment) / this.area
    if (early < this.leastEarly) this.leastEarly = early
    const cost = makespan + early
    if (makespan < this.bestMakespan || (makespan === this.bestMakespan && cost < this.bestCost)) {
      this.bestMakespan = makespan
      this.bestCost = cost
      this.bestOrder.set(order)
    }
    return cost
  }

  isOver(): boolean {
    if (this.bestMakespan <= this.target || this.tried >= this.effort.budget || this.clockStopped) return true
    const { elapsedMs, limitMs } = this.effort
    if (elapsedMs !== undefined && limitMs !== undefined && this.tried % 4 === 0) {
      this.clockStopped = elapsedMs() >= limitMs
    }
    return this.clockStopped
  }
}

/**
 * Searches for a short schedule: list schedules by simple rules, then simulated annealing over orders by swaps and
 * insertions. Deterministic for a budget; at least one schedule is always made.
 *
 * @param target a lower bound: the search ends when it is met
 * @param warm an order to start from, such as that of the plan before one event
 */
export function improve(problem: Problem, target: number, effort: Effort, warm?: Int32Array): Schedule {
  const search = new Search(problem, target * (1 + 1e-9), effort)
  const starts = [
    ...(warm === undefined ? [] : [() => warm]),
    ...RULES.map((rule) => () => orderBy(problem, rule)),
  ]
  for (const order of starts) {
    if (search.tried === 0 || !search.isOver()) search.attempt(order(), Number.POSITIVE_INFINITY)
  }
  if (problem.pools.length > 1 && problem.base === undefined && problem.count > 1 && !search.isOver()) {
    if (problem.pools.length <= FEW_POOLS)
      annealInRounds(search, Math.min(FEW_POOLS_TRIES, FEW_POOLS_SHARE * (effort.budget - search.tried)))
    return balance(problem, search, target)
  }
  if (problem.count > 1) annealInRounds(search, effort.budget - starts.length)
  const makespan = search.scheduler.run(search.bestOrder)
  return {
    starts: search.scheduler.starts.slice(),
    pools: search.scheduler.chosenPools.slice(),
    makespan,
    order: search.bestOrder,
    tried: search.tried,
  }
}

/** Several pools: annealing whose moves schedule only the pools that they touch. */
function balance(problem: Problem, search: Search, target: number): Schedule {
  const makespan = search.scheduler.run(search.bestOrder)
  const { starts, chosenPools } = search.scheduler
  const balancer = new PoolBalancer(problem, starts, chosenPools.slice(), makespan, target)
  for (let round = 0, tries = FIRST_ROUND; !search.isOver(); round++, tries *= 2) {
    const before = search.tried
    const length = Math.min(tries, search.budget - before)
    balancer.search(random(`pools ${round}`), () => {
      // A move schedules two pools of many: four of them count as one schedule.
      search.tried += 0.25
      search.bestMakespan = balancer.bestMakespan
      const done = (search.tried - before) / length
      return search.isOver() || done >= 1 ? null : done
    })
  }
  const { bestStarts, bestPools, bestMakespan } = balancer
  const order = Int32Array.from(bestStarts.keys()).sort((a, b) => bestStarts[a]! - bestStarts[b]! || a - b)
  return { starts: bestStarts, pools: bestPools, makespan: bestMakespan, order, tried: search.tried }
}

/** Anneals orders over all pools, with so many schedules in all. */
function annealInRounds(search: Search, tries: number): void {
  let from = search.tried
  for (const [round, { share, hot, cold }] of ROUNDS.entries()) {
    const until = from + share * tries
    if (!search.isOver()) anneal(search, random(round), hot, cold, from, until)
    from = until
  }
}

function anneal(search: Search, rng: Random, hot: number, cold: number, from: number, until: number): void {
  const current = search.bestOrder.slice()
  const candidate = current.slice()
  let cost = search.bestCost
  while (!search.isOver() && search.tried < until) {
    const temperature = search.bestMakespan * hot * (cold / hot) ** ((search.tried - from) / (until - from))
    const i = rng.integer(current.length)
    const j = rng.integer(current.length)
    if (i === j) continue
    candidate.set(current)
    if (rng.next() < 0.5) swap(candidate, i, j)
    else insert(candidate, i, j)
    const limit = cost - temperature * Math.log(1 - rng.next())
    const next = search.attempt(candidate, limit)
    if (next <= limit) {
      current.set(candidate)
      cost = next
    }
  }
}

function swap(order: Int32Array, i: number, j: number): void {
  const moved = order[i]!
  order[i] = order[j]!
  order[j] = moved
}

/** Takes the entry at `i` out and puts it at `j`. */
function insert(order: Int32Array, i: number, j: number): void {
  const moved = order[i]!
  if (i < j) order.copyWithin(i, i + 1, j + 1)
  else order.copyWithin(j + 1, j, i)
  order[j] = moved
}

function orderBy(problem: Problem, rule: (width: number, duration: number) => number): Int32Array {
  const key = Float64Array.from({ length: problem.count }, (_, task) =>
    rule(problem.widths[task]!, problem.durations[task]!),
  )
  return Int32Array.from(key.keys()).sort(
    (a, b) => problem.releases[a]! - problem.releases[b]! || key[b]! - key[a]! || a - b,
  )
}
