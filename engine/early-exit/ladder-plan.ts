/** A rung of the ladder of `adaptive`. */
export interface PlannedRung {
  /** From 1. */
  number: number
  /** Evaluation at which runs are compared, from 1; its share of a full training is `evaluation / evaluations`. */
  evaluation: number
}

export interface LadderPlan {
  /** Runs that are started at all; fewer than there are only when the budget cannot give each a first evaluation. */
  starts: number
  /** Only where the plan cuts; between two rungs a run trains on. */
  rungs: readonly PlannedRung[]
}

/** Rungs are at least this factor apart: finer cuts follow the noise of single evaluations, coarser ones lose more. */
const SPACING = 1.35

/** The number of living runs falls as t to minus this: steeper cuts too hard early, flatter spends too much early. */
const STEEPNESS = 0.7

/** No rung cuts to less than one in this many: rather than that, fewer runs are started. */
const HARDEST_CUT = 10

/**
 * Spreads a budget over a ladder (rule E61): all runs up to the first cut, then gentle cuts so that the number of
 * living runs falls as a power of the samples trained, and at least one run to the end.
 *
 * @param runs number of runs
 * @param evaluations evaluations per run, evenly spaced
 * @param budget share of the samples of a full sweep
 */
export function planLadder(runs: number, evaluations: number, budget: number): LadderPlan {
  const key = `${runs}/${evaluations}/${budget}`
  const known = planned.get(key)
  if (known) return known
  const plan = makeLadder(runs, evaluations, budget)
  if (planned.size >= REMEMBERED) planned.clear()
  planned.set(key, plan)
  return plan
}

/** Ladders of sweeps that are asked about again and again. */
const planned = new Map<string, LadderPlan>()
const REMEMBERED = 100

function makeLadder(runs: number, evaluations: number, budget: number): LadderPlan {
  const total = budget * runs * evaluations
  const places = rungPlaces(evaluations)
  let starts = runs
  while (starts > 1 && !isGentle(starts, alivePerSegment([0, ...places], evaluations, starts, total)))
    starts--
  const alive = alivePerSegment([0, ...places], evaluations, starts, total).map((count) =>
    Math.floor(count + 1e-9),
  )
  const rungs = places
    .filter((_, index) => alive[index + 1]! < alive[index]!)
    .map((evaluation, index) => ({ number: index + 1, evaluation }))
  return { starts, rungs }
}

/**
 * How many runs go on from a rung so that what is left of the budget lasts to the end (rule E63).
 *
 * @param rungs evaluations of this rung and of those after it
 * @param entrants runs that could go on
 * @param left what is left of the budget, in run-evaluations: one run for one evaluation is 1
 */
export function keepsAt(
  rungs: readonly number[],
  evaluations: number,
  entrants: number,
  left: number,
): number {
  const wanted = Math.round(alivePerSegment(rungs, evaluations, entrants, left)[0]!)
  const [here, next = evaluations] = rungs
  // One run must be able to train to the end after those kept here have trained to the next rung.
  const affordable = Math.floor((left - (evaluations - next)) / (next - here!))
  return Math.max(1, Math.min(wanted, affordable))
}

/** Evaluations at which there may be a rung. */
function rungPlaces(evaluations: number): number[] {
  const places: number[] = []
  for (let place = 1; place < evaluations; place = Math.max(place + 1, Math.round(place * SPACING)))
    places.push(place)
  return places
}

function isGentle(starts: number, alive: readonly number[]): boolean {
  return alive.length < 2 || alive[1]! * HARDEST_CUT >= starts
}

/**
 * Runs alive between one place and the next, as fractions: min(most, c·t^−steepness), at least 1, with c such that all
 * of them together train `total` run-evaluations. Up to the first evaluation it is `most` whatever that costs.
 */
function alivePerSegment(
  places: readonly number[],
  evaluations: number,
  most: number,
  total: number,
): number[] {
  const segments = places.map((from, index) => {
    const to = places[index + 1] ?? evaluations
    return {
      length: to - from,
      share: from === 0 ? Number.POSITIVE_INFINITY : ((from + to + 1) / 2) ** -STEEPNESS,
    }
  })
  const at = (c: number, share: number) =>
    share === Number.POSITIVE_INFINITY ? most : Math.min(most, Math.max(1, c * share))
  const cost = (c: number) => {
    let sum = 0
    for (const { length, share } of segments) sum += at(c, share) * length
    return sum
  }
  let low = 0
  let high = most * evaluations
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2
    if (cost(middle) > total) high = middle
    else low = middle
  }
  return segments.map(({ share }) => at(low, share))
}
