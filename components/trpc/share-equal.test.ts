import { expect, it } from 'vitest'
import { shareEqual } from './shareEqual'

const answer = (at: number, loss: number) => ({
  runs: [
    { id: 'a', startedAt: new Date(5), loss: 1 },
    { id: 'b', startedAt: new Date(at), loss },
  ],
  bytes: new Uint8Array([1]),
})

it('keeps what says the same, dates included, and only that', () => {
  const before = answer(7, 0.5)
  const after = shareEqual(before, answer(7, 0.4)) as typeof before
  expect(after.runs[0]).toBe(before.runs[0])
  expect(after.runs[1]).not.toBe(before.runs[1])
  expect(after.runs[1]).toEqual({ id: 'b', startedAt: new Date(7), loss: 0.4 })
})

it('is the same object where nothing changed, and another where an instant did', () => {
  const rows = [{ at: new Date(1) }]
  expect(shareEqual(rows, [{ at: new Date(1) }])).toBe(rows)
  expect(shareEqual(rows, [{ at: new Date(2) }])).not.toBe(rows)
})

it('does not mix lists of other lengths, other keys or other kinds', () => {
  expect(shareEqual([1, 2], [1])).toEqual([1])
  expect(shareEqual({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 })
  expect(shareEqual({ a: undefined }, { b: undefined })).toEqual({ b: undefined })
  expect(shareEqual([1], { 0: 1 })).toEqual({ 0: 1 })
  expect(shareEqual(null, { a: 1 })).toEqual({ a: 1 })
})
