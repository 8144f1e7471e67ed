/** `1 h 19 min`, `3.2 s`: as the pages write durations. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export const count = (value: number) => value.toLocaleString('en')
export const share = (value: number) => `${(value * 100).toFixed(1)}%`
export const loss = (value: number | null) => (value === null ? '–' : value.toFixed(4))
export const runLabel = (number: number) => `r${String(number).padStart(2, '0')}`

/** Small and large numbers as `2e-4`, others as they are. */
export function parameter(value: number | string | readonly string[]): string {
  if (typeof value !== 'number') return Array.isArray(value) ? value.join('+') : String(value)
  if (value !== 0 && Math.abs(value) < 0.01) return value.toExponential().replace('e+', 'e')
  return String(value)
}
