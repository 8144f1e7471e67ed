/** A loss with 4 decimals, as tables show it; the word where it was not a number. Unit: loss. */
export function formatLoss(value: number | null | undefined, decimals = 4): string {
  if (value === undefined) return '–'
  if (value === null || !Number.isFinite(value)) return 'NaN'
  return value >= 1000 ? value.toExponential(2) : value.toFixed(decimals)
}
