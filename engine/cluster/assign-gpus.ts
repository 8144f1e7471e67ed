import type { PlanInstance, Schedule } from './instance'

/**
 * Concrete GPUs for each task, in order of start; GPUs that are given back at an instant can be taken at that instant.
 * A gang that may spread takes the node that it fills best, and several nodes, the emptiest first, only where none is
 * enough (rule P3).
 *
 * @returns names such as `n0/3`, by index of the task
 */
export function assignGpus(instance: PlanInstance, schedule: Schedule): string[][] {
  const free = instance.nodes.map((node) =>
    Array.from({ length: node.gpus }, (_, index) => node.gpus - 1 - index),
  )
  const { starts } = schedule
  const end = (task: number) => starts[task]! + instance.tasks[task]!.duration
  const byStart = instance.tasks.map((_, task) => task).sort((a, b) => starts[a]! - starts[b]! || a - b)
  const byEnd = instance.tasks.map((_, task) => task).sort((a, b) => end(a) - end(b) || a - b)
  const taken: { node: number; gpu: number }[][] = instance.tasks.map(() => [])
  let ended = 0
  for (const task of byStart) {
    while (ended < byEnd.length && end(byEnd[ended]!) <= starts[task]!) {
      for (const { node, gpu } of taken[byEnd[ended]!]!) free[node]!.push(gpu)
      ended += 1
    }
    const width = instance.tasks[task]!.gpus
    const nodes = instance.spread ? nodesFor(free, width) : [schedule.pools[task]!]
    for (const node of nodes) {
      while (taken[task]!.length < width && free[node]!.length > 0)
        taken[task]!.push({ node, gpu: free[node]!.pop()! })
    }
  }
  return taken.map((gpus) =>
    gpus
      .sort((a, b) => a.node - b.node || a.gpu - b.gpu)
      .map(({ node, gpu }) => `${instance.nodes[node]!.id}/${gpu}`),
  )
}

function nodesFor(free: readonly (readonly number[])[], width: number): number[] {
  let tightest = -1
  for (let node = 0; node < free.length; node++) {
    const count = free[node]!.length
    if (count >= width && (tightest < 0 || count < free[tightest]!.length)) tightest = node
  }
  if (tightest >= 0) return [tightest]
  return [...free.keys()].sort((a, b) => free[b]!.length - free[a]!.length || a - b)
}
