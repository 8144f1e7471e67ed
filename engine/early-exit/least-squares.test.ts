import { describe, expect, it } from 'vitest'
import { ridgeSlopes } from './least-squares'

describe('ridgeSlopes', () => {
  it('finds the coefficients of a plane', () => {
    const rows = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 3],
    ]
    const slopes = ridgeSlopes(
      rows,
      rows.map(([a, b]) => 5 + 2 * a! - 3 * b!),
      0,
    )
    expect(slopes[0]).toBeCloseTo(2, 10)
    expect(slopes[1]).toBeCloseTo(-3, 10)
  })

  it('shrinks them with the ridge', () => {
    const rows = [[-1], [1]]
    expect(ridgeSlopes(rows, [-1, 1], 2)[0]).toBeCloseTo(0.5, 10)
  })

  it('gives 0 for a column that does not vary, and needs a pivot for none', () => {
    const slopes = ridgeSlopes(
      [
        [7, 1],
        [7, 2],
        [7, 3],
      ],
      [1, 2, 3],
      0,
    )
    expect(slopes).toEqual([0, expect.closeTo(1, 10)])
  })

  it('solves three columns of different size', () => {
    const rows = [
      [0.001, 5, 1],
      [0.002, -3, 4],
      [0.004, 2, -2],
      [0.001, 9, 0],
      [0.003, 0, 7],
    ]
    const slopes = ridgeSlopes(
      rows,
      rows.map(([a, b, c]) => 100 * a! + 0.5 * b! - c!),
      0,
    )
    expect(slopes).toEqual([expect.closeTo(100, 6), expect.closeTo(0.5, 8), expect.closeTo(-1, 8)])
  })
})
