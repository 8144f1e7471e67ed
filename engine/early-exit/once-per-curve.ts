import type { EvalPoint } from '../model/tuning'

type Points = readonly EvalPoint[]

/**
 * Remembers what a curve says by itself: recorded points never change, and a policy is asked about the same ones again
 * and again, at every evaluation of a peer.
 *
 * @param read depends on nothing but the points and the setting; settings are told apart by identity
 */
export function oncePerCurve<S, T>(
  read: (points: Points, setting: S) => T,
): (points: Points, setting: S) => T {
  const known = new WeakMap<Points, { setting: S; value: T }>()
  return (points, setting) => {
    const before = known.get(points)
    if (before && before.setting === setting) return before.value
    const value = read(points, setting)
    known.set(points, { setting, value })
    return value
  }
}
