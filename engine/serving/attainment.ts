/** SLO attainment of a set of requests with its 95% interval. */
export interface Attainment {
  onTime: number
  total: number
  /** Null for an empty set: nothing was promised, so nothing was kept or broken. */
  share: number | null
  low: number | null
  high: number | null
}

/** 97.5% point of the normal distribution. */
const Z = 1.959964

/**
 * Share of requests that ended by their deadline, with Wilson's score interval (Wilson 1927), which stays inside
 * [0, 1] and means something for few requests. Unfinished requests (`finishedMs` null) are late.
 */
export function attainment(
  outcomes: readonly { finishedMs: number | null; deadlineMs: number }[],
): Attainment {
  const total = outcomes.length
  let onTime = 0
  for (const { finishedMs, deadlineMs } of outcomes) if (isOnTime(finishedMs, deadlineMs)) onTime++
  if (total === 0) return { onTime, total, share: null, low: null, high: null }
  const share = onTime / total
  const scale = 1 + Z ** 2 / total
  const centre = (share + Z ** 2 / (2 * total)) / scale
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / total + Z ** 2 / (4 * total ** 2))
  return { onTime, total, share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** A nanosecond of tolerance: ends are sums of many step times. */
const TOLERANCE_MS = 1e-6

/** True where it ended by its deadline. */
export function isOnTime(finishedMs: number | null, deadlineMs: number): boolean {
  return finishedMs !== null && finishedMs <= deadlineMs + TOLERANCE_MS
}
