import type { NodeState } from './states'

export interface GpuView {
  /** `n0/3`: node name and index. CPU-only nodes have one pseudo GPU of kind `cpu`. */
  id: string
  nodeId: string
  index: number
  kind: 'cuda' | 'cpu'
  memoryBytes: number
}

export interface NodeView {
  id: string
  name: string
  state: NodeState
  /** Cordoned or drained nodes take nothing new; a drained one also gives up what it holds at a step boundary. */
  scheduling: 'open' | 'cordoned' | 'draining'
  gpus: readonly GpuView[]
}

/** Interval of an uncertain instant or duration, seconds. */
export interface Interval {
  p10: number
  p50: number
  p90: number
}
