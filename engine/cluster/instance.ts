/** Something that needs a gang of GPUs for a known time. Seconds throughout. */
export interface PlanTask {
  id: string
  /** GPUs of the gang, all held from start to end. */
  gpus: number
  duration: number
  /** Not before this instant. */
  release: number
  /** Higher goes first where it costs no makespan. */
  priority: number
}

/** What inter-task planning alone needs: the problem P|size_j, r_j|C_max, with node boundaries where `spread` is false. */
export interface PlanInstance {
  nodes: readonly { id: string; gpus: number }[]
  tasks: readonly PlanTask[]
  /** False where all GPUs of a task lie on one node. */
  spread: boolean
}

/** Start of each task, and the pool that it runs in: a node, or the whole cluster where gangs may spread. */
export interface Schedule {
  /** By index of the task. */
  starts: Float64Array
  pools: Int32Array
  makespan: number
  /** The order that made it: a warm start for the next plan. */
  order: Int32Array
  /** Schedules tried. */
  tried: number
}

/** How long to search. The same budget gives the same plan; the clock, given by the caller, can only end a search early. */
export interface Effort {
  /** Schedules to try at most. */
  budget: number
  /** Milliseconds since the search began, by a clock that the engine does not have. */
  elapsedMs?: () => number
  limitMs?: number
}

/** Capacities of the pools of an instance. */
export function poolsOf(instance: PlanInstance): number[] {
  const sizes = instance.nodes.map((node) => node.gpus)
  return instance.spread ? [sizes.reduce((sum, size) => sum + size, 0)] : sizes
}
