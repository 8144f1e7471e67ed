/** Least-squares slope of values at 0, 1, 2, …: change per evaluation. NaN for fewer than two values. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  let covariance = 0
  let variance = 0
  for (let index = 0; index < values.length; index++) {
    covariance += (index - middle) * values[index]!
    variance += (index - middle) ** 2
  }
  return covariance / variance
}
