import { expect, test } from 'vitest'
import { exitYaml } from './exit-yaml'
import { formatExcess, type LabSweepInput, prepareLabSweep } from './prepareLab'

const sweep: LabSweepInput = {
  task: 'sql-linear',
  saved: 0.8,
  excess: 0.004,
  winnerKept: false,
  bestFull: { config: 'c2', valLoss: 0.5 },
  bestFound: { config: 'c1', valLoss: 0.502 },
  runs: [
    { config: 'c3', share: 0.1, reason: 'diverged' },
    { config: 'c2', share: 0.3, reason: 'underperforming' },
    { config: 'c1', share: 1 },
  ],
}

test('bars stand longest first, with winner and found run marked', () => {
  expect(
    prepareLabSweep(sweep).bars.map(({ config, isWinner, isFound }) => [config, isWinner, isFound]),
  ).toEqual([
    ['c1', false, true],
    ['c2', true, false],
    ['c3', false, false],
  ])
})

test('a lost winner is said with both losses', () => {
  expect(prepareLabSweep(sweep).caption).toBe('80.0% saved, best 0.5020 instead of 0.5000')
  expect(prepareLabSweep(sweep).sentence).toContain('1 of 3 runs trained to the end')
})

test('a kept winner is marked once', () => {
  const kept = prepareLabSweep({ ...sweep, winnerKept: true, bestFound: sweep.bestFull })
  expect(kept.bars.filter((bar) => bar.isFound)).toEqual([])
  expect(kept.caption).toBe('80.0% saved, best 0.5000 kept')
})

test('an excess has the decimals that it deserves', () => {
  expect([0, 0.0004, 0.0132].map(formatExcess)).toEqual(['0%', '0.04%', '1.3%'])
})

test('a proposal is the line that a sweep file has for it', () =>
  expect(exitYaml('adaptive', { budget: 0.14 })).toBe('early_exit: {policy: adaptive, budget: 0.14}'))
