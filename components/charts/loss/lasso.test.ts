import { expect, it } from 'vitest'
import { isInside, runsInside } from './lasso'

const square = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
] as const
const point = (id: string, x: number, y: number) => ({ id, x, y, at: x, loss: y })

it('knows inside from outside, also in a bay of the outline', () => {
  expect(isInside([5, 5], square)).toBe(true)
  expect(isInside([15, 5], square)).toBe(false)
  const bay = [
    [0, 0],
    [10, 0],
    [10, 10],
    [5, 3],
    [0, 10],
  ] as const
  expect(isInside([5, 8], bay)).toBe(false)
})

it('names each run once that has a point inside; a line is no lasso', () => {
  const points = [point('a', 5, 5), point('a', 6, 6), point('b', 20, 5), point('c', 1, 1)]
  expect(runsInside(points, square)).toEqual(['a', 'c'])
  expect(runsInside(points, square.slice(0, 2))).toEqual([])
})
