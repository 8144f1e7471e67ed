import type { Curve } from '@/contracts/packed-curve'

export type CurveAxis = 'samples' | 'step' | 'time'

export interface Reduction {
  axis: CurveAxis
  scale: 'log' | 'linear'
  /** Pixel buckets of the pane; each keeps at most its lowest and its highest point. */
  buckets: number
  /** Range of the axis that is shown; everything where not given. */
  range?: { from: number; to: number }
}

const axisOf = (curve: Curve, axis: CurveAxis): ArrayLike<number> =>
  axis === 'time' ? curve.seconds : axis === 'step' ? curve.step : curve.samples

/** Indices inside the range, with one neighbour on each side, so that a line leaves the pane at its edge. */
function visibleSpan(x: ArrayLike<number>, range: Reduction['range']): [number, number] {
  let first = 0
  let last = x.length - 1
  if (!range) return [first, last]
  while (first < last && x[first + 1]! < range.from) first++
  while (last > first && x[last - 1]! > range.to) last--
  return [first, last]
}

/**
 * Min–max per pixel bucket: at most two points a bucket, in order, so that no spike and no dip is lost. The first, the
 * last (where a stopped run ends), the lowest of all, and every point around a value that was not finite are kept.
 */
export function reduceCurve(curve: Curve, reduction: Reduction): Curve {
  const x = axisOf(curve, reduction.axis)
  const { value } = curve
  const [first, last] = visibleSpan(x, reduction.range)
  const count = last - first + 1
  if (x.length === 0 || count <= reduction.buckets * 2) return select(curve, sequence(first, last))

  const scaled = (position: number) =>
    reduction.scale === 'log' ? Math.log(Math.max(position, Number.EPSILON)) : position
  const from = scaled(Math.max(x[first]!, reduction.scale === 'log' ? 1e-9 : Number.NEGATIVE_INFINITY))
  const width = (scaled(x[last]!) - from) / reduction.buckets || 1

  const kept = new Set<number>([first, last])
  let lowestOfAll = -1
  let bucket = -1
  let low = -1
  let high = -1
  const close = () => {
    if (low >= 0) kept.add(low)
    if (high >= 0) kept.add(high)
    low = -1
    high = -1
  }
  for (let index = first; index <= last; index++) {
    const here = Math.min(reduction.buckets - 1, Math.floor((scaled(x[index]!) - from) / width))
    if (here !== bucket) {
      close()
      bucket = here
    }
    const y = value[index]!
    if (Number.isNaN(y)) {
      kept.add(index)
      continue
    }
    if (low < 0 || y < value[low]!) low = index
    if (high < 0 || y > value[high]!) high = index
    if (lowestOfAll < 0 || y < value[lowestOfAll]!) lowestOfAll = index
  }
  close()
  if (lowestOfAll >= 0) kept.add(lowestOfAll)
  return select(
    curve,
    [...kept].sort((a, b) => a - b),
  )
}

function sequence(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset)
}

function select(curve: Curve, indices: readonly number[]): Curve {
  const pick = <T extends Int32Array | Float32Array>(column: T): T =>
    column.constructor === Int32Array
      ? (Int32Array.from(indices, (index) => column[index]!) as T)
      : (Float32Array.from(indices, (index) => column[index]!) as T)
  return {
    ...curve,
    step: pick(curve.step),
    samples: pick(curve.samples),
    seconds: pick(curve.seconds),
    value: pick(curve.value),
  }
}
