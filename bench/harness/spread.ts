export interface Spread {
  count: number
  p50: number
  p95: number
  max: number
}

/** Order statistics of measurements, rounded to a tenth of their unit. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  const round = (value: number) => Math.round(value * 10) / 10
  return { count: sorted.length, p50: round(at(0.5)), p95: round(at(0.95)), max: round(at(1)) }
}
