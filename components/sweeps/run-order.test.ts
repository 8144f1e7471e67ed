import { expect, it } from 'vitest'
import { compareValues, heldOrder } from './run-order'

it('rows stay where they are while somebody reads, and the chip counts what would move', () =>
  expect(heldOrder(['a', 'b', 'c'], ['b', 'a', 'c', 'd'])).toEqual({ order: ['a', 'b', 'c', 'd'], moves: 2 }))
it('nothing is held when nobody reads', () =>
  expect(heldOrder(null, ['b', 'a'])).toEqual({ order: ['b', 'a'], moves: 0 }))
it('a row that is filtered away goes', () =>
  expect(heldOrder(['a', 'b'], ['b'])).toEqual({ order: ['b'], moves: 0 }))
it.each([
  [1, 2, -1],
  [null, 2, 1],
  [2, undefined, -1],
  ['r9', 'r10', -1],
])('%s compared with %s', (a, b, sign) => expect(Math.sign(compareValues(a, b))).toBe(sign))
