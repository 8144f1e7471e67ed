import type { PlanInstance, PlanTask } from '../../engine/cluster/instance'
import { random } from '../../engine/random'

export interface NamedInstance extends PlanInstance {
  name: string
}

/** What an instance of the benchmark looks like. */
interface Shape {
  tasks: number
  nodes: number
  gpusPerNode: number
  widths: 'powers' | 'any' | 'narrow'
  durations: 'uniform' | 'skewed' | 'equal-ish'
  releases: boolean
  spread: boolean
}

/** Instances of all shapes that the planner promises, the same for a seed on every machine. */
export function instances(seed: number): NamedInstance[] {
  const shapes: Shape[] = []
  for (const [tasks, nodes, gpusPerNode] of [
    [8, 1, 8],
    [11, 1, 8],
    [16, 1, 8],
    [20, 2, 8],
    [30, 4, 8],
    [50, 4, 8],
    [60, 8, 8],
    [100, 8, 8],
    [100, 16, 8],
  ] as const) {
    for (const widths of ['powers', 'any'] as const) {
      for (const spread of [true, false]) {
        const durations = spread === (widths === 'any') ? 'skewed' : 'uniform'
        for (const releases of [false, true])
          shapes.push({ tasks, nodes, gpusPerNode, widths, durations, releases, spread })
      }
    }
  }
  return shapes.map((shape, index) => instance(shape, `${seed}/${index}`))
}

export function instance(shape: Shape, seed: string): NamedInstance {
  const rng = random(seed)
  const limit = shape.spread ? shape.nodes * shape.gpusPerNode : shape.gpusPerNode
  const widest = Math.min(limit, shape.spread ? Math.max(8, Math.floor(limit / 2)) : limit)
  const draw = (): { gpus: number; duration: number } => {
    const gpus =
      shape.widths === 'any'
        ? 1 + rng.integer(widest)
        : 2 **
          rng.integer(Math.floor(Math.log2(shape.widths === 'narrow' ? Math.min(8, widest) : widest)) + 1)
    const duration =
      shape.durations === 'skewed'
        ? 60 * Math.exp(rng.normal())
        : shape.durations === 'uniform'
          ? 10 + 990 * rng.next()
          : 100 + 20 * rng.next()
    return { gpus, duration: Math.round(duration * 10) / 10 }
  }
  const drawn = Array.from({ length: shape.tasks }, draw)
  const gpus = shape.nodes * shape.gpusPerNode
  const horizon = drawn.reduce((sum, task) => sum + task.gpus * task.duration, 0) / gpus
  const tasks: PlanTask[] = drawn.map((task, index) => ({
    id: `t${index}`,
    ...task,
    release: shape.releases && rng.next() < 0.6 ? Math.round(horizon * rng.next() * 8) / 10 : 0,
    priority: 0,
  }))
  const name = `${shape.tasks}x${gpus} ${shape.widths} ${shape.durations}${shape.releases ? ' releases' : ''}${shape.spread ? '' : ' by node'}`
  const nodes = Array.from({ length: shape.nodes }, (_, index) => ({
    id: `n${index}`,
    gpus: shape.gpusPerNode,
  }))
  return { name, nodes, tasks, spread: shape.spread }
}
