import type { MemoryModel, StepModel } from '../../model/snapshot'
import type { EvalPoint, RunParams } from '../../model/tuning'

/** A base model as the simulator knows it. */
export interface TraceModel extends StepModel {
  memory: MemoryModel
  /** GPUs that one executor spans. */
  gpusPerExecutor: number
}

/** A run with its whole recorded or synthetic curve; a policy sees it only up to where it trained. */
export interface TraceRun {
  id: string
  params: RunParams
  fullSamples: number
  /** Evaluations in order, the last one at the end of training. */
  points: readonly EvalPoint[]
}

export interface TraceSweep {
  id: string
  /** Seconds from the begin of the trace. */
  arrival: number
  gpus: number
  spread: boolean
  priority: number
  project: string
  deadline?: number
  model: string
  maxLength: number
  trainSamples: number
  epochs: number
  evaluations: number
  seed: number
  runs: readonly TraceRun[]
}

/** A cluster and what happens to it, without a decision. */
export interface ClusterTrace {
  nodes: readonly { id: string; gpus: number; memoryBytes: number }[]
  models: Readonly<Record<string, TraceModel>>
  sweeps: readonly TraceSweep[]
  /** Nodes that go and come back. */
  nodeEvents: readonly { node: string; at: number; state: 'lost' | 'alive' }[]
  /** From the start of an executor until its backbone is loaded. */
  startSeconds: number
  /** Parking and restoring a sweep. */
  moveSeconds: number
}
