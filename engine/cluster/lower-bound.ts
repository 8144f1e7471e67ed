import { dualFunctions } from './dual-functions'
import type { Problem } from './list-schedule'

/** Entries of a knapsack table above which its linear relaxation is used. */
const LARGEST_TABLE = 500_000

/** Tolerance of comparisons, so that rounding never makes a bound invalid. */
const EPSILON = 1e-9

/**
 * A makespan that no schedule can beat (rules P10 to P13 of `docs/spec/placement.md`): the largest of
 *
 * - release + duration of each task;
 * - for each instant r: r + the work that cannot be done before r, over all GPUs;
 * - for each release r: r + a bound by dual functions over the tasks that are released at r or later.
 */
export function lowerBound(problem: Problem): number {
  let bound = 0
  for (let task = 0; task < problem.count; task++) {
    bound = Math.max(bound, problem.releases[task]! + problem.durations[task]!)
  }
  const releases = [...new Set(problem.releases)].sort((a, b) => a - b)
  for (const release of releases) bound = Math.max(bound, areaBound(problem, release))
  const weights = widthWeights(
    problem.pools,
    [...new Set(problem.widths)].sort((a, b) => a - b),
  )
  for (const release of sample(releases, 16)) {
    bound = Math.max(bound, release + dualBound(problem, weights, release, bound - release))
  }
  return upToUnit(problem, bound)
}

/** Where all times are multiples of a decimal unit, so is the best makespan. */
function upToUnit(problem: Problem, bound: number): number {
  for (const perUnit of [1, 10, 100, 1000]) {
    const isMultiple = (time: number) => Math.abs(time * perUnit - Math.round(time * perUnit)) < 1e-7
    if (problem.durations.every(isMultiple) && problem.releases.every(isMultiple)) {
      return Math.max(bound, Math.ceil(bound * perUnit * (1 - 1e-8)) / perUnit)
    }
  }
  return bound
}

/** Energy: of a task that is released before r, at most r − release of its time lies before r. */
function areaBound(problem: Problem, release: number): number {
  const gpus = problem.pools.reduce((sum, size) => sum + size, 0)
  let work = 0
  for (let task = 0; task < problem.count; task++) {
    const before = Math.max(0, release - problem.releases[task]!)
    work += problem.widths[task]! * Math.max(0, problem.durations[task]! - before)
  }
  return release + (work / gpus) * (1 - EPSILON)
}

/**
 * The largest C for which weights prove that C is too short. For any weight of a width F and any dual feasible function
 * g of a duration, a schedule of length C has Σ F(width) · g(duration / C) ≤ Σ over pools of the most weight that fits
 * side by side: at each instant the widths in a pool fit, and on each unit of weight the durations fit one after the
 * other (Fekete and Schepers 2004, for gangs that need not be contiguous).
 *
 * @param atLeast a bound that is known already; only larger ones are looked for
 */
function dualBound(
  problem: Problem,
  weights: readonly WidthWeight[],
  release: number,
  atLeast: number,
): number {
  const tasks: number[] = []
  for (let task = 0; task < problem.count; task++) if (problem.releases[task]! >= release) tasks.push(task)
  const longest = tasks.reduce((most, task) => Math.max(most, problem.durations[task]!), 0)
  let low = Math.max(atLeast, longest)
  if (low <= 0) return 0

  const tooShort = (length: number): boolean => {
    const durations = tasks.map((task) => problem.durations[task]! / length)
    for (const dual of dualFunctions(durations)) {
      const byWidth = new Map<number, number>()
      for (let i = 0; i < tasks.length; i++) {
        const width = problem.widths[tasks[i]!]!
        byWidth.set(width, (byWidth.get(width) ?? 0) + dual(durations[i]!))
      }
      for (const { weight, capacity } of weights) {
        let sum = 0
        for (const [width, height] of byWidth) sum += (weight.get(width) ?? 0) * height
        if (sum > capacity * (1 + EPSILON)) return true
      }
    }
    return false
  }
  if (!tooShort(low * (1 + EPSILON))) return low
  let high = 2 * low
  while (tooShort(high)) {
    low = high
    high *= 2
  }
  for (let round = 0; round < 50 && high - low > low * 1e-10; round++) {
    const middle = (low + high) / 2
    if (tooShort(middle)) low = middle
    else high = middle
  }
  // Rounding could have tipped a sum that just fits; at a hair less every function is at least as large.
  return Math.max(atLeast, low * (1 - EPSILON))
}

interface WidthWeight {
  weight: Map<number, number>
  /** Most weight that all pools hold at one instant. */
  capacity: number
}

/** Weights of widths: the width itself above a threshold, and multiples of it rounded down, for every useful threshold. */
function widthWeights(pools: readonly number[], widths: readonly number[]): WidthWeight[] {
  const largest = Math.max(...pools)
  const functions: ((width: number) => number)[] = []
  for (const threshold of sample(widths, 16)) {
    functions.push((width) => (width >= threshold ? width : 0))
    functions.push((width) => (width > largest - threshold ? largest : width >= threshold ? width : 0))
    functions.push((width) => (width >= threshold ? 1 : 0))
  }
  for (let parts = 2; parts <= 8; parts++) {
    functions.push((width) => Math.floor((width * parts) / largest - EPSILON * parts))
    functions.push((width) => Math.max(0, Math.ceil((width * parts) / largest) - 1))
  }
  const seen = new Set<string>()
  const weights: WidthWeight[] = []
  for (const of of functions) {
    const weight = new Map(widths.map((width) => [width, of(width)]))
    const key = [...weight.values()].join()
    if (seen.has(key)) continue
    seen.add(key)
    weights.push({ weight, capacity: mostWeight(pools, weight) })
  }
  return weights
}

/**
 * Most weight of widths side by side in each pool, over all pools: an unbounded knapsack by dynamic programming, or its
 * linear relaxation where the table would be large.
 */
function mostWeight(pools: readonly number[], weight: ReadonlyMap<number, number>): number {
  const items = [...weight].filter(([, value]) => value > 0)
  const largest = Math.max(...pools)
  if (largest * items.length > LARGEST_TABLE) {
    const ratio = items.reduce((most, [width, value]) => Math.max(most, value / width), 0)
    return pools.reduce((sum, size) => sum + Math.floor(ratio * size + EPSILON), 0)
  }
  const best = new Float64Array(largest + 1)
  for (let size = 1; size <= largest; size++) {
    let most = best[size - 1]!
    for (const [width, value] of items) {
      if (width <= size && best[size - width]! + value > most) most = best[size - width]! + value
    }
    best[size] = most
  }
  return pools.reduce((sum, size) => sum + best[size]!, 0)
}

/** At most `count` of the values, spread evenly, the first and the last included. */
function sample(values: readonly number[], count: number): readonly number[] {
  if (values.length <= count) return values
  return Array.from({ length: count }, (_, i) => values[Math.round((i * (values.length - 1)) / (count - 1))]!)
}
