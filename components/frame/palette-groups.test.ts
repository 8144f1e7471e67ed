import { describe, expect, it } from 'vitest'
import { fitting, runActions, runItems } from './palette-groups'

const run = (number: number, more: object = {}) => ({
  id: `id${number}`,
  sweepId: 's',
  number,
  state: 'training' as const,
  stopReason: null,
  bestValLoss: 1 - number / 100,
  params: { learning_rate: 6e-4, rank: 8 },
  pinned: false,
  ...more,
})

describe('palette', () => {
  it('r2 is r02, then r20 and on, best first', () => {
    const items = runItems([run(25), run(2), run(21), run(12)], ['rank'], 'r2')
    expect(items.map((item) => item.label)).toEqual(['r02', 'r25', 'r21'])
    expect(items[1]?.detail).toBe('training, 0.7500, rank 8')
  })

  it('finds runs by a value or a reason, and none before anything is typed', () => {
    const runs = [
      run(1, { state: 'parked', stopReason: 'diverged' }),
      run(2, { params: { learning_rate: 2e-3, rank: 16 } }),
    ]
    expect(runItems(runs, [], 'rank 16').map((item) => item.label)).toEqual(['r02'])
    expect(runItems(runs, [], 'diverged').map((item) => item.label)).toEqual(['r01'])
    expect(runItems(runs, [], '')).toEqual([])
  })

  it('offers what can be done: a training run is stopped, a parked one revived', () => {
    const wishes = (state: 'training' | 'parked') =>
      runActions(run(1, { state })).map((item) => item.act.kind === 'run' && item.act.wish)
    expect(wishes('training')).toEqual(['pin', 'clone', 'stop'])
    expect(wishes('parked')).toEqual(['pin', 'clone', 'revive'])
  })

  it('every word has to be there', () => {
    const items = runActions(run(7))
    expect(fitting(items, 'stop slot').map((item) => item.label)).toEqual(['Stop r07'])
    expect(fitting(items, '')).toHaveLength(items.length)
  })
})
