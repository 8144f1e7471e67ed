const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** A count with separators: 8,592. */
export const formatCount = (value: number): string => counts.format(value)

/** A share with one decimal: 0.576 → 57.6%. */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)}%`

/** A count that has to be short: 950, 12.4k, 0.42 M. Unit-less. */
export function formatShort(value: number): string {
  const size = Math.abs(value)
  if (size >= 100_000) return `${trimZeros((value / 1_000_000).toFixed(2))} M`
  if (size >= 1000) return `${trimZeros((value / 1000).toFixed(1))}k`
  return trimZeros(value.toFixed(size < 10 && !Number.isInteger(value) ? 1 : 0))
}

/** Drops zeros after the point: 2.10 → 2.1, 3.0 → 3. */
export const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** "1 run", "24 runs". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
