/**
 * At most two points a bucket (its least and its greatest), in order, with the first, the last and the best kept.
 * `place` gives the pixel of an x; a bucket is one pixel wide times `width`.
 */
export function reducePoints(
  points: readonly (readonly [number, number])[],
  place: (x: number) => number,
  width = 2,
): (readonly [number, number])[] {
  if (points.length <= 64) return [...points]
  const kept: (readonly [number, number])[] = []
  let start = 0
  while (start < points.length) {
    const bucket = Math.floor(place(points[start]![0]) / width)
    let low = start
    let high = start
    let end = start
    while (end < points.length && Math.floor(place(points[end]![0]) / width) === bucket) {
      if (points[end]![1] < points[low]![1]) low = end
      if (points[end]![1] > points[high]![1]) high = end
      end += 1
    }
    for (const index of new Set([Math.min(low, high), Math.max(low, high)])) kept.push(points[index]!)
    start = end
  }
  const last = points.at(-1)!
  if (kept.at(-1) !== last) kept.push(last)
  if (kept[0] !== points[0]) kept.unshift(points[0]!)
  return kept
}
