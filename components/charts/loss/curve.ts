import type { StopReason } from '@/engine/model/reasons'
import type { RunState } from '@/engine/model/states'

/** What is on x. Runs are compared at equal samples, since batch sizes differ. */
export type XMeasure = 'samples' | 'steps' | 'time'
export type LossMeasure = 'validation' | 'train'

/** Evaluations of one run, column by column, all of one length, in order of samples. */
export interface CurveColumns {
  steps: ArrayLike<number>
  samples: ArrayLike<number>
  /** Since the sweep started. Unit: seconds. */
  seconds: ArrayLike<number>
  /** `null` or NaN where the loss was not finite. */
  values: ArrayLike<number | null>
  /** How many points there were before the server reduced them. */
  from: number
}

export const NO_CURVE: CurveColumns = { steps: [], samples: [], seconds: [], values: [], from: 0 }

/** One run as the loss overlay sees it. */
export interface CurveRun {
  id: string
  /** r07 */
  label: string
  params: Readonly<Record<string, unknown>>
  state: RunState
  stopReason: StopReason | null
  pinned: boolean
  /** Best validation loss so far; orders the runs. */
  best: number | null
  validation: CurveColumns
  train: CurveColumns
}

export interface Rung {
  number: number
  /** Unit: samples. */
  samples: number
  kept: number
  of: number
}

export const columnOf = (columns: CurveColumns, x: XMeasure): ArrayLike<number> =>
  x === 'samples' ? columns.samples : x === 'steps' ? columns.steps : columns.seconds

/** Pairs of x and loss; points that were not finite are left out, the mark at the end says so. */
export function curvePoints(columns: CurveColumns, x: XMeasure): [number, number][] {
  const xs = columnOf(columns, x)
  const points: [number, number][] = []
  for (let i = 0; i < xs.length; i += 1) {
    const value = columns.values[i]
    if (value !== null && value !== undefined && Number.isFinite(value)) points.push([xs[i] as number, value])
  }
  return points
}
