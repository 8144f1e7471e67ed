/**
 * Exponential moving average with the start corrected (as Adam does), so that the first points are not pulled to zero.
 * `weight` in [0, 1): 0 leaves the points as they are.
 */
export function smooth(points: readonly (readonly [number, number])[], weight: number): [number, number][] {
  let sum = 0
  let mass = 0
  return points.map(([x, y]) => {
    sum = weight * sum + (1 - weight) * y
    mass = weight * mass + (1 - weight)
    return [x, weight === 0 ? y : sum / mass]
  })
}
