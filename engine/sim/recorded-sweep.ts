import type { EvalPoint, RunParams, Schedule } from '../model/tuning'

/** One run of a recorded sweep, trained to its end. */
export interface RecordedRun {
  config: string
  params: RunParams
  totalSteps: number
  /** In order of samples. */
  points: readonly EvalPoint[]
}

/** A sweep in which every run was trained to its end, so that any policy can be replayed over it. */
export interface RecordedSweep {
  task: string
  trainSamples: number
  epochs: number
  evaluationsPerRun: number
  schedule?: Schedule
  runs: readonly RecordedRun[]
}

/**
 * Samples that a full training of the run is known to consume before it starts: a recording that breaks off early must
 * not tell a policy that it will.
 */
export function plannedSamples(run: RecordedRun): number {
  const last = run.points.at(-1)!
  if (last.step >= run.totalSteps) return last.samples
  const perStep = last.step > 0 ? last.samples / last.step : run.params.batch_size
  return Math.round(perStep * run.totalSteps)
}
