import type { DrawnPoint } from './prepareLoss'

type Corner = readonly [x: number, y: number]

/** True where the point lies inside the closed outline, by the even-odd rule. Pixels. */
export function isInside([x, y]: Corner, outline: readonly Corner[]): boolean {
  let inside = false
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i, i += 1) {
    const [xi, yi] = outline[i]!
    const [xj, yj] = outline[j]!
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

/** Runs with a drawn point inside the outline, in the order in which they are drawn. */
export function runsInside(points: readonly DrawnPoint[], outline: readonly Corner[]): string[] {
  if (outline.length < 3) return []
  const found = new Set<string>()
  for (const point of points)
    if (!found.has(point.id) && isInside([point.x, point.y], outline)) found.add(point.id)
  return [...found]
}
