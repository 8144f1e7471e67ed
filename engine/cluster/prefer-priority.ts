import type { Schedule } from './instance'
import { ListScheduler, type Problem } from './list-schedule'

/** Tasks above this number get only the exchange between equal ones: a schedule for each would take too long. */
const MANY = 400

/**
 * Lets tasks of higher priority start earlier without making the schedule longer (rules P8 and P9): orders in which
 * they go first are taken where they cost no makespan, then tasks of equal size change places.
 */
export function preferPriority(
  problem: Problem,
  priorities: readonly number[],
  schedule: Schedule,
): Schedule {
  if (new Set(priorities).size < 2) return schedule
  const moved = problem.count > MANY ? schedule : goFirst(problem, priorities, schedule)
  return exchangeEqual(problem, priorities, moved)
}

function goFirst(problem: Problem, priorities: readonly number[], schedule: Schedule): Schedule {
  const scheduler = new ListScheduler(problem)
  let order = [...schedule.order].sort((a, b) => schedule.starts[a]! - schedule.starts[b]! || a - b)
  const tryOrder = (candidate: number[]): boolean => {
    if (scheduler.run(Int32Array.from(candidate), schedule.makespan) > schedule.makespan) return false
    order = candidate
    return true
  }
  if (!tryOrder(order)) order = [...schedule.order]
  const levels = [...new Set(priorities)].sort((a, b) => a - b).slice(1)
  for (const level of levels) {
    const above = order.filter((task) => priorities[task]! >= level)
    if (tryOrder([...above, ...order.filter((task) => priorities[task]! < level)])) continue
    for (const task of above) {
      const ahead = order.filter((other) => other !== task && priorities[other]! >= priorities[task]!)
      const front = ahead.slice(
        0,
        ahead.findIndex((other) => order.indexOf(other) > order.indexOf(task)) >>> 0,
      )
      tryOrder([...front, task, ...order.filter((other) => other !== task && !front.includes(other))])
    }
  }
  const makespan = scheduler.run(Int32Array.from(order))
  return {
    ...schedule,
    makespan,
    starts: scheduler.starts.slice(),
    pools: scheduler.chosenPools.slice(),
    order: Int32Array.from(order),
  }
}

/** Of two tasks of equal width and duration, the one of higher priority takes the earlier place that it may take. */
function exchangeEqual(problem: Problem, priorities: readonly number[], schedule: Schedule): Schedule {
  const starts = schedule.starts.slice()
  const pools = schedule.pools.slice()
  const groups = new Map<string, number[]>()
  for (let task = 0; task < problem.count; task++) {
    const size = `${problem.widths[task]} ${problem.durations[task]}`
    const group = groups.get(size)
    if (group === undefined) groups.set(size, [task])
    else group.push(task)
  }
  for (const group of groups.values()) {
    const places = group
      .map((task) => ({ start: starts[task]!, pool: pools[task]! }))
      .sort((a, b) => b.start - a.start || b.pool - a.pool)
    // From the last place on: the least urgent of those that may not start earlier, or else of all, takes it.
    const left = new Set(group)
    for (const [index, place] of places.entries()) {
      const next = places[index + 1]
      const may = [...left].filter((task) => problem.releases[task]! <= place.start)
      const bound = next === undefined ? [] : may.filter((task) => problem.releases[task]! > next.start)
      const chosen = (bound.length > 0 ? bound : may).reduce((least, task) =>
        priorities[task]! < priorities[least]! || (priorities[task] === priorities[least] && task > least)
          ? task
          : least,
      )
      left.delete(chosen)
      starts[chosen] = place.start
      pools[chosen] = place.pool
    }
  }
  return { ...schedule, starts, pools }
}
