import { assignGpus } from './assign-gpus'
import { improve } from './improve'
import { type Effort, type PlanInstance, poolsOf } from './instance'
import type { Problem } from './list-schedule'
import { lowerBound } from './lower-bound'
import { preferPriority } from './prefer-priority'

export interface InstancePlan {
  makespan: number
  lowerBound: number
  /** The makespan is the lower bound, up to rounding. */
  provenOptimal: boolean
  placements: { id: string; start: number; end: number; gpus: string[] }[]
  /** Ids in the order that made the plan: a warm start for the next one. */
  order: string[]
}

/**
 * Plans an instance from nothing: minimal makespan, then higher priorities earlier (`docs/spec/placement.md`).
 * Deterministic for a budget, also when tasks or nodes are listed in another order.
 *
 * @param warm ids in the order of an earlier plan; unknown ones are ignored, new ones go last
 */
export function planInstance(instance: PlanInstance, effort: Effort, warm?: readonly string[]): InstancePlan {
  const sorted: PlanInstance = {
    nodes: [...instance.nodes].sort((a, b) => byId(a.id, b.id)),
    tasks: [...instance.tasks].sort((a, b) => byId(a.id, b.id)),
    spread: instance.spread,
  }
  const problem = problemOf(sorted)
  const bound = lowerBound(problem)
  const found = improve(problem, bound, effort, warm && warmOrder(sorted, warm))
  const priorities = sorted.tasks.map((task) => task.priority)
  const schedule = preferPriority(problem, priorities, found)
  const gpus = assignGpus(sorted, schedule)
  const placements = sorted.tasks.map((task, index) => ({
    id: task.id,
    start: schedule.starts[index]!,
    end: schedule.starts[index]! + task.duration,
    gpus: gpus[index]!,
  }))
  const place = new Map(placements.map((placement) => [placement.id, placement]))
  return {
    makespan: schedule.makespan,
    lowerBound: bound,
    provenOptimal: schedule.makespan <= bound * (1 + 1e-7),
    placements: instance.tasks.map((task) => place.get(task.id)!),
    order: [...schedule.order].map((task) => sorted.tasks[task]!.id),
  }
}

/** The instance as arrays. */
export function problemOf(instance: PlanInstance): Problem {
  const { tasks } = instance
  return {
    count: tasks.length,
    widths: Int32Array.from(tasks, (task) => task.gpus),
    durations: Float64Array.from(tasks, (task) => task.duration),
    releases: Float64Array.from(tasks, (task) => task.release),
    pools: poolsOf(instance),
  }
}

function warmOrder(instance: PlanInstance, warm: readonly string[]): Int32Array {
  const place = new Map(warm.map((id, index) => [id, index]))
  const rank = (task: number) => place.get(instance.tasks[task]!.id) ?? warm.length
  return Int32Array.from(instance.tasks.keys()).sort((a, b) => rank(a) - rank(b) || a - b)
}

function byId(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
