export interface ShareInterval {
  share: number
  low: number
  high: number
}

/** Normal quantile of a two-sided 95% interval. */
const Z = 1.959964

/** Share with its 95% interval by Wilson's score; of nothing, the interval is everything. */
export function wilsonInterval(count: number, of: number): ShareInterval {
  if (of === 0) return { share: 0, low: 0, high: 1 }
  const share = count / of
  const middle = (share + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of)
  const half = (Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2))) / (1 + Z ** 2 / of)
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
