import { describe, expect, it } from 'vitest'
import type { EvalPoint } from '../model/tuning'
import { alongCurve } from './along-curve'
import { runWith } from './testing/sweep-view'

/** Sums validation losses times a factor, and notes which points it was shown. */
function summing() {
  const shown: number[] = []
  const sum = alongCurve<number, number>(0, (before, points, index, factor) => {
    shown.push(index)
    return before + factor * points[index]!.valLoss!
  })
  return { sum, shown }
}
const curve = (losses: number[]): readonly EvalPoint[] => runWith('a', losses).points

describe('alongCurve', () => {
  it('[E6] reads a curve that has grown on from where it was, and an unchanged one not at all', () => {
    const { sum, shown } = summing()
    const points = curve([1, 2, 3, 4])
    expect(sum(points.slice(0, 2), 1)).toBe(3)
    expect(sum(points, 1)).toBe(10)
    expect(sum(points, 1)).toBe(10)
    expect(shown).toEqual([0, 1, 2, 3])
  })

  it('[E6] reads anew what is shorter, differs, or has another setting', () => {
    const { sum } = summing()
    const points = curve([1, 2, 3, 4])
    expect(sum(points, 1)).toBe(10)
    expect(sum(points.slice(0, 3), 1)).toBe(6)
    const [first, second, , last] = points
    expect(sum([first!, second!, { ...points[2]!, valLoss: 30 }, last!], 1)).toBe(37)
    expect(sum([first!, { ...second!, valLoss: 20 }, points[2]!, last!], 1)).toBe(28)
    expect(sum(points, 2)).toBe(20)
    expect(sum([], 2)).toBe(0)
  })
})
