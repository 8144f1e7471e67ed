import type { EvalPoint } from '../model/tuning'

type Points = readonly EvalPoint[]

/**
 * Reads a curve point by point and remembers how far it came: recorded points never change, so a curve that has grown is
 * read on from where its beginning left off, and one that has not costs nothing.
 *
 * @param begin what is known before the first point
 * @param step what is known after `points[index]`; depends on nothing but its arguments, changes none of them, and looks at
 *   no later point
 * @returns reads a curve; settings are told apart by identity
 */
export function alongCurve<S, T>(
  begin: T,
  step: (before: T, points: Points, index: number, setting: S) => T,
): (points: Points, setting: S) => T {
  const known = new WeakMap<EvalPoint, Reading<S, T>>()
  return (points, setting) => {
    const first = points[0]
    if (first === undefined) return begin
    const before = known.get(first)
    if (before?.points === points && before.setting === setting) return before.value
    const read = before && before.setting === setting && continues(points, before.points) ? before : undefined
    let value = read ? read.value : begin
    for (let index = read ? read.points.length : 0; index < points.length; index++)
      value = step(value, points, index, setting)
    known.set(first, { points, setting, value })
    return value
  }
}

interface Reading<S, T> {
  points: Points
  setting: S
  value: T
}

/** Two recordings may share a beginning, so every point counts. */
function continues(points: Points, before: Points): boolean {
  if (points.length < before.length) return false
  for (let index = before.length - 1; index >= 0; index--) if (points[index] !== before[index]) return false
  return true
}
