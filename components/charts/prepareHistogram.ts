import { scaleLinear } from 'd3-scale'
import { countTicks, spaced, type Tick } from './scale/ticks'

export interface HistogramPicture {
  bars: { x: number; y: number; width: number; height: number; cut: boolean }[]
  /** Pixel of the maximum, where it lies inside. */
  cutAt: number | null
  ticks: (Tick & { at: number })[]
}

/** Bars of row lengths. Rows beyond `maximum` are cut and have their own colour; the axis always shows the maximum. */
export function prepareHistogram(
  buckets: readonly { from: number; to: number; count: number }[],
  maximum: number,
  width: number,
  height: number,
): HistogramPicture {
  const end = Math.max(maximum * 1.06, ...buckets.map((bucket) => bucket.to), 1)
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count))
  const x = scaleLinear().domain([0, end]).range([0, width])
  const floor = height - 22
  return {
    bars: buckets
      .filter((bucket) => bucket.count > 0)
      .map((bucket) => {
        const tall = Math.max(1, (bucket.count / most) * (floor - 6))
        return {
          x: Math.round(x(bucket.from) * 10) / 10,
          y: floor - tall,
          width: Math.max(1, x(bucket.to) - x(bucket.from) - 1),
          height: tall,
          cut: bucket.from >= maximum,
        }
      }),
    cutAt: Math.round(x(maximum)),
    ticks: spaced(countTicks(x.ticks(4)), x, 40)
      .map((tick) => ({ ...tick, at: Math.round(x(tick.value)) }))
      .filter((tick) => tick.at < width - 52),
  }
}
