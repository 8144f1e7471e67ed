import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSearch, expandSearch } from './expand-search'
import type { Domain } from './space'

const grid = {
  method: 'grid',
  seed: 3,
  parameters: { learning_rate: { values: [1e-4, 5e-4, 2e-3] }, rank: { values: [4, 16] } },
} as const

const ranges = {
  learning_rate: { min: 1e-5, max: 1e-2, distribution: 'log_uniform' },
  rank: { min: 1, max: 64, distribution: 'int_uniform' },
  dropout: { min: 0, max: 0.5, distribution: 'uniform' },
} satisfies Record<string, Domain>

describe('expandSearch', () => {
  it('makes every combination of a grid once, the last parameter varying fastest', () => {
    const runs = expandSearch(grid)
    expect(runs.map((run) => [run.learning_rate, run.rank])).toEqual([
      [1e-4, 4],
      [1e-4, 16],
      [5e-4, 4],
      [5e-4, 16],
      [2e-3, 4],
      [2e-3, 16],
    ])
    expect(countSearch(grid)).toBe(6)
  })

  it('drops repeated values of a grid', () => {
    const search = {
      ...grid,
      parameters: { rank: { values: [4, 4, 8] }, target_modules: { values: ['q', ['q']] } },
    }
    expect(expandSearch(search)).toHaveLength(4)
    expect(countSearch(search)).toBe(4)
  })

  it('counts a space of a million points without making it', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    const parameters = { rank: { values }, batch_size: { values }, alpha: { values } }
    expect(countSearch({ method: 'grid', parameters, seed: 0 })).toBe(1_000_000)
  })

  it('one run of defaults for an empty grid, with alpha twice the rank and the seed of the sweep', () => {
    const [run, ...others] = expandSearch({ method: 'grid', parameters: {}, seed: 9 })
    expect(others).toEqual([])
    expect(run).toMatchObject({ rank: 16, alpha: 32, seed: 9, lr_scheduler: 'constant' })
    expect(expandSearch(grid)[1]).toMatchObject({ rank: 16, alpha: 32 })
  })

  it('refuses a range in a grid', () => {
    expect(() => expandSearch({ ...grid, parameters: ranges })).toThrow(
      /A grid needs values for learning_rate/,
    )
  })

  it('random values lie inside their ranges, are all different, and are the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 60 }), (seed, runs) => {
        const search = { method: 'random', parameters: ranges, runs, seed } as const
        const found = expandSearch(search)
        expect(found).toEqual(expandSearch(search))
        expect(new Set(found.map((run) => JSON.stringify(run))).size).toBe(runs)
        for (const run of found) {
          expect(run.learning_rate).toBeGreaterThanOrEqual(1e-5)
          expect(run.learning_rate).toBeLessThanOrEqual(1e-2)
          expect(Number.isInteger(run.rank) && run.rank >= 1 && run.rank <= 64).toBe(true)
          expect(run.dropout).toBeLessThanOrEqual(0.5)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('a logarithmic range puts as many values into each decade', () => {
    const runs = expandSearch({ method: 'random', parameters: ranges, runs: 1500, seed: 1 })
    for (const [low, high] of [
      [1e-5, 1e-4],
      [1e-4, 1e-3],
      [1e-3, 1e-2],
    ] as const) {
      const share =
        runs.filter((run) => run.learning_rate >= low && run.learning_rate < high).length / runs.length
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.05)
    }
  })

  it('another parameter does not change what the first one draws', () => {
    const { rank, ...others } = ranges
    const rates = (parameters: Record<string, Domain>) =>
      expandSearch({ method: 'random', parameters, runs: 20, seed: 5 }).map((run) => run.learning_rate)
    expect(rates(others)).toEqual(rates({ ...others, rank }))
  })

  it('stops when a small space has no more configurations', () => {
    const parameters = { rank: { values: [4, 8] }, batch_size: { values: [1, 2] } }
    expect(expandSearch({ method: 'random', parameters, runs: 50, seed: 2 })).toHaveLength(4)
  })

  it('tpe begins with ten random runs and adds the others as it learns', () => {
    const search = { method: 'tpe', parameters: ranges, runs: 40, seed: 2 } as const
    expect(expandSearch(search)).toHaveLength(10)
    expect(expandSearch({ ...search, runs: 4 })).toHaveLength(4)
    expect(countSearch(search)).toBe(40)
  })
})
