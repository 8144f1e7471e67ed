/** The next value of 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10ᵏ at or above (below) a positive one. */
const ROUND = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

export function roundUp(value: number): number {
  if (value <= 0) return 0
  const power = 10 ** Math.floor(Math.log10(value))
  const mantissa = value / power
  return Number(((ROUND.find((one) => one >= mantissa - 1e-9) ?? 10) * power).toPrecision(6))
}

export function roundDown(value: number): number {
  if (value <= 0) return 0
  const power = 10 ** Math.floor(Math.log10(value))
  const mantissa = value / power
  return Number(((ROUND.findLast((one) => one <= mantissa + 1e-9) ?? 1) * power).toPrecision(6))
}

export type Domain = readonly [number, number]

/**
 * A domain that only grows while a page is open, so that lines do not jump under the eye: the old one where everything
 * fits, else the wider of both.
 */
export const grown = (before: Domain | null, needed: Domain): Domain =>
  before === null ? needed : [Math.min(before[0], needed[0]), Math.max(before[1], needed[1])]

/** The end of an axis that grows in steps of a quarter of itself: nothing moves for small news. */
export function grownEnd(before: number | null, needed: number): number {
  if (before === null || needed <= 0) return needed
  let end = before
  while (end < needed) end *= 1.25
  return end
}
