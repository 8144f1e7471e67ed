import { wilsonInterval } from '../early-exit/wilson-interval'
import type { Interval } from '../model/cluster'

/** A forecast that was made once, with what became of it. Unix seconds. */
export interface PastForecast {
  madeAt: number
  end: Interval
  actualEnd: number
}

export interface Calibration {
  count: number
  /** Share of ends inside P10–P90; 0.8 is right. */
  inside: number
  /** 95% interval of that share. */
  insideInterval: readonly [number, number]
  /** Share of ends at or before P50; 0.5 is right. */
  early: number
  /** Mean pinball loss of P10, P50 and P90 over the length that was forecast from: 0 is perfect, lower is better. */
  score: number
}

/**
 * The first forecast of each quarter of a sweep's time, so that a long sweep counts no more than a short one (rule F5).
 *
 * @param past forecasts of one sweep that has ended, oldest first
 * @param start Unix seconds
 */
export function oneEachQuarter(past: readonly PastForecast[], start: number): PastForecast[] {
  const chosen = new Map<number, PastForecast>()
  for (const forecast of past) {
    const length = forecast.actualEnd - start
    const quarter = Math.floor((4 * (forecast.madeAt - start)) / length)
    if (quarter >= 0 && quarter < 4 && !chosen.has(quarter)) chosen.set(quarter, forecast)
  }
  return [...chosen.values()]
}

/** How often forecasts held (rule F5). Of no forecasts: `null`. */
export function calibrate(past: readonly PastForecast[]): Calibration | null {
  const judged = past.filter(({ madeAt, actualEnd }) => actualEnd > madeAt)
  if (judged.length === 0) return null
  const inside = judged.filter(({ end, actualEnd }) => actualEnd >= end.p10 && actualEnd <= end.p90).length
  const early = judged.filter(({ end, actualEnd }) => actualEnd <= end.p50).length
  const score = judged.reduce((sum, { madeAt, end, actualEnd }) => {
    const loss =
      pinball(actualEnd, end.p10, 0.1) + pinball(actualEnd, end.p50, 0.5) + pinball(actualEnd, end.p90, 0.9)
    return sum + loss / 3 / (actualEnd - madeAt)
  }, 0)
  const { low, high } = wilsonInterval(inside, judged.length)
  return {
    count: judged.length,
    inside: inside / judged.length,
    insideInterval: [low, high],
    early: early / judged.length,
    score: score / judged.length,
  }
}

/** Cost of a quantile: late ends cost its share, early ones the rest. */
function pinball(actual: number, quantile: number, share: number): number {
  return actual >= quantile ? share * (actual - quantile) : (1 - share) * (quantile - actual)
}
