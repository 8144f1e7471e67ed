import { describe, expect, it } from 'vitest'
import { readUnblock } from './read-unblock'

const nodes = [
  { id: 'x3', name: 'n3', scheduling: 'draining' as const },
  { id: 'x4', name: 'n4', scheduling: 'open' as const },
]
const waiting = (action: string, target: string) => ({
  gpus: 8,
  priority: 0,
  hold: { reasons: [], expectedStart: null, unblock: { action, target, effect: 'starts now' } },
})

describe('the button beside why it waits', () => {
  it('names a node that the plan knows by its id', () =>
    expect(readUnblock(waiting('end-drain', 'x3'), nodes)).toMatchObject({ target: 'n3', id: 'x3' }))

  it.each([
    ['end-drain', 'x4'],
    ['end-drain', 'gone'],
    ['ask-gpus', '8'],
    ['ask-gpus', 'many'],
    ['raise-priority', '0'],
    ['dance', '1'],
  ])('is not there where it would change nothing: %s %s', (action, target) =>
    expect(readUnblock(waiting(action, target), nodes)).toBeNull(),
  )

  it('keeps a number that changes something', () =>
    expect(readUnblock(waiting('ask-gpus', '4'), nodes)).toMatchObject({ action: 'ask-gpus', target: '4' }))
})
