import type { Interval } from '../model/cluster'

/** What the width of a forecast by itself counts for, in past forecasts. */
const PRIOR = 9

/**
 * A forecast of remaining time with the width and the bias that past ones had (rule F7): its P50 times the quantiles of
 * how many times their P50 past sweeps really took. The forecast's own width stands in while little is known.
 *
 * @param ratios actual over forecast remaining time, of forecasts before this correction
 */
export function recalibrate(raw: Interval, ratios: readonly number[]): Interval {
  const { p10, p50, p90 } = raw
  if (!(p50 > 0)) return raw
  const all = [...ratios.filter((ratio) => ratio > 0 && Number.isFinite(ratio))]
  for (let i = 1; i <= PRIOR; i++) {
    const share = i / (PRIOR + 1)
    const [from, to, at] = share < 0.5 ? [p10, p50, (share - 0.1) / 0.4] : [p50, p90, (share - 0.5) / 0.4]
    all.push((from + (to - from) * at) / p50)
  }
  all.sort((a, b) => a - b)
  return { p10: p50 * quantile(all, 0.1), p50: p50 * quantile(all, 0.5), p90: p50 * quantile(all, 0.9) }
}

/** Linear between order statistics at i/(n + 1), so that a new value of the same kind falls below with that share. */
function quantile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.max(0, share * (sorted.length + 1) - 1))
  const below = Math.floor(at)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
}
