/** Spans of the charts of a deployment, with the length of their windows. */
export const SPANS = [
  { value: '1h', label: '1 h', ms: 3_600_000, buckets: 12, windows: '5 min windows' },
  { value: '6h', label: '6 h', ms: 6 * 3_600_000, buckets: 24, windows: '15 min windows' },
  { value: '1d', label: '1 d', ms: 86_400_000, buckets: 24, windows: '1 h windows' },
  { value: '1w', label: '1 w', ms: 7 * 86_400_000, buckets: 28, windows: '6 h windows' },
] as const

export type SpanName = (typeof SPANS)[number]['value']
export const SPAN_NAMES = SPANS.map((span) => span.value)

/**
 * The span that ends with the window in which `now` lies, so that what is asked stays the same until the next window
 * begins.
 */
export function spanAt(name: SpanName, now: number): { from: Date; to: Date; buckets: number } {
  const span = SPANS.find((one) => one.value === name) ?? SPANS[0]
  const window = span.ms / span.buckets
  const to = Math.floor(now / window + 1) * window
  return { from: new Date(to - span.ms), to: new Date(to), buckets: span.buckets }
}
