/** Latency percentiles, milliseconds; null means infinite (the percentile is an unfinished request) or no request. */
export interface LatencyPercentiles {
  p50: number | null
  p90: number | null
  p99: number | null
}

/**
 * Nearest-rank percentiles of arrival-to-end times. An unfinished request counts as infinite, so a policy cannot
 * look fast by never ending its slow ones; infinity is null, since JSON has no infinity.
 */
export function latencyPercentiles(
  outcomes: readonly { arrivalMs: number; finishedMs: number | null }[],
): LatencyPercentiles {
  const latencies = outcomes.map(({ arrivalMs, finishedMs }) =>
    finishedMs === null ? Number.POSITIVE_INFINITY : finishedMs - arrivalMs,
  )
  latencies.sort((a, b) => a - b)
  const at = (share: number): number | null => {
    const value = latencies[Math.max(0, Math.ceil(share * latencies.length) - 1)]
    return value === undefined || value === Number.POSITIVE_INFINITY ? null : value
  }
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}
