import type { DurableEvent } from '../../contracts/agent-events'

type MetricsEvent = Extract<DurableEvent, { kind: 'metrics' }>

const isCount = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least

function areCounts(values: unknown): values is number[] {
  if (!Array.isArray(values)) return false
  for (const value of values) if (!Number.isSafeInteger(value) || value < 0) return false
  return true
}

function areNumbers(values: unknown): values is number[] {
  if (!Array.isArray(values)) return false
  for (const value of values) if (!Number.isFinite(value)) return false
  return true
}

function areLosses(values: unknown): values is (number | null)[] {
  if (!Array.isArray(values)) return false
  for (const value of values) if (value !== null && !Number.isFinite(value)) return false
  return true
}

/**
 * Metrics as `metricsEvent` of the contract takes them, or `null` where it might not. Nearly everything that comes in
 * are points of metrics, and the schema calls a function for each of their numbers: three quarters of the time that the
 * control plane took for a batch. A property test holds the two together.
 */
export function readMetrics(event: unknown): MetricsEvent | null {
  if (typeof event !== 'object' || event === null) return null
  const { kind, runId, attempt, epoch, token, steps, samples, at, series } = event as Record<string, unknown>
  if (kind !== 'metrics' || typeof runId !== 'string' || typeof token !== 'string') return null
  if (!isCount(attempt, 1) || !isCount(epoch, 1)) return null
  if (!areCounts(steps) || steps.length === 0 || !areCounts(samples) || !areNumbers(at)) return null
  if (typeof series !== 'object' || series === null || Array.isArray(series)) return null
  // A key that objects have of their own is left to the schema.
  if (Object.getPrototypeOf(series) !== Object.prototype || Object.hasOwn(series, '__proto__')) return null
  for (const values of Object.values(series)) if (!areLosses(values)) return null
  return {
    kind,
    runId,
    attempt,
    epoch,
    token,
    steps,
    samples,
    at,
    series: series as Record<string, (number | null)[]>,
  }
}
