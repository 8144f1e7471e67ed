import { describe, expect, it } from 'vitest'
import type { SweepResult } from '../client/answers'
import { leaderboard } from './leaderboard'

const run = (number: number, rate: number, best: number | null, stopReason: string | null = null) => ({
  id: `id${number}`,
  number,
  params: { learning_rate: rate, rank: 16, alpha: 32, seed: 0 },
  state: stopReason ? 'parked' : 'done',
  stopReason,
  samples: stopReason ? 1_200 : 6_000,
  fullSamples: 6_000,
  bestValLoss: best,
})

const result: SweepResult = {
  id: 's',
  name: 'grid',
  state: 'done',
  error: null,
  best: { run: 'id2', params: {}, valLoss: 0.41234 },
  runs: [run(1, 2e-3, null, 'non-finite'), run(2, 2e-4, 0.41234), run(3, 5e-4, 0.55555, 'underperforming')],
  samplesUsed: 8_400,
  samplesFull: 18_000,
  wallSeconds: 83,
}

describe('leaderboard', () => {
  it('lists the best run first, the unmeasured last, and only parameters that differ', () => {
    expect(leaderboard(result).split('\n')).toEqual([
      'Leaderboard',
      '#  run  learning rate  best loss  samples  trained  state',
      '1  r02           2e-4     0.4123    6,000   100.0%  done',
      '2  r03           5e-4     0.5555    1,200    20.0%  parked: underperforming',
      '3  r01           2e-3          –    1,200    20.0%  parked: non-finite',
      'grid ended after 83 s: 8,400 of 18,000 samples trained, 53.3% saved.',
    ])
  })

  it('says so where the sweep did not end well', () => {
    expect(leaderboard({ ...result, state: 'cancelled' })).toMatch(/grid is cancelled after 83 s/)
  })
})
