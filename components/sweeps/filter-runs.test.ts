import { expect, it } from 'vitest'
import { filterRuns } from './filter-runs'
import { sweepShares } from './sweep-shares'
import { variedParameters } from './varied-parameters'

const runs = [
  { number: 1, state: 'training' as const, stopReason: null, params: { rank: 8, learning_rate: 2e-4 } },
  {
    number: 2,
    state: 'parked' as const,
    stopReason: 'diverged' as const,
    params: { rank: 128, learning_rate: 2e-3 },
  },
  {
    number: 12,
    state: 'parked' as const,
    stopReason: 'plateau' as const,
    params: { rank: 8, learning_rate: 2e-3 },
  },
]

it.each([
  ['all', '', [1, 2, 12]],
  ['diverged', '', [2]],
  ['all', 'rank 8', [1, 12]],
  ['all', 'rank 8, lr 2e-3', [12]],
  ['training', 'rank 128', []],
  ['all', 'R12', [12]],
])('state %s and words "%s" leave %j', (state, words, numbers) =>
  expect(filterRuns(runs, state, words).map((run) => run.number)).toEqual(numbers),
)

it('columns are the parameters that differ, in the usual order', () =>
  expect(variedParameters(runs.map((run) => ({ params: { ...run.params, seed: 0 } })))).toEqual([
    'learning_rate',
    'rank',
  ]))

it('alpha that follows from the rank is no column of its own; alpha that does not, is', () => {
  const follows = [4, 8].map((rank) => ({ params: { rank, alpha: 2 * rank } }))
  expect(variedParameters(follows)).toEqual(['rank'])
  expect(variedParameters([...follows, { params: { rank: 4, alpha: 99 } }])).toEqual(['rank', 'alpha'])
})

it('shares need a size', () =>
  expect(sweepShares({ samplesUsed: 5, samplesFull: 0, samplesSaved: 0, state: 'running' })).toEqual({
    trained: 0,
    notNeeded: 0,
  }))
