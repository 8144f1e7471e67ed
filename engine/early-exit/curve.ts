import type { EvalPoint, RunView } from '../model/tuning'

/** Samples that the run has trained by its last evaluation. */
export function trainedSamples(run: RunView): number {
  return run.points.at(-1)?.samples ?? 0
}

/** Samples that stopping this run now saves. */
export function remainingSamples(run: RunView): number {
  return Math.max(0, run.fullSamples - trainedSamples(run))
}

/** Lowest finite validation loss among the points, Infinity if there is none. */
export function bestLoss(points: readonly EvalPoint[]): number {
  let best = Number.POSITIVE_INFINITY
  for (const point of points) if (point.valLoss !== null && point.valLoss < best) best = point.valLoss
  return best
}

/**
 * Index of the evaluation at which the run has trained `samples`, or -1 if it has not yet. A whole number of steps
 * rarely hits a number of samples exactly, so an evaluation counts when it is less than one step short.
 */
export function indexAt(run: RunView, samples: number): number {
  if (!hasArrived(run, samples)) return -1
  let before = -1
  let index = run.points.length - 1
  while (index - before > 1) {
    const middle = (before + index) >> 1
    const point = run.points[middle]!
    if (point.samples + samplesPerStep(point) > samples) index = middle
    else before = middle
  }
  return index
}

/** Whether the run has trained `samples`, as `indexAt` counts it. */
export function hasArrived(run: RunView, samples: number): boolean {
  const last = run.points.at(-1)
  return last !== undefined && last.samples + samplesPerStep(last) > samples
}

function samplesPerStep(point: EvalPoint): number {
  return point.step > 0 ? point.samples / point.step : 0
}

/** Samples of a full training: the longest run's, where runs differ. */
export function sweepSamples(runs: readonly RunView[]): number {
  return runs.reduce((most, run) => Math.max(most, run.fullSamples), 0)
}
