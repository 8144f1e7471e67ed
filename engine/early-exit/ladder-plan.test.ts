import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepsAt, planLadder } from './ladder-plan'

/** Follows a plan as if every run arrived at every rung: run-evaluations used and the number alive in each segment. */
function follow(runs: number, evaluations: number, budget: number) {
  const { starts, rungs } = planLadder(runs, evaluations, budget)
  const alive: number[] = []
  let now = starts
  let left = budget * runs * evaluations
  for (let segment = 0; segment < evaluations; segment++) {
    const onwards = rungs.map(({ evaluation }) => evaluation).filter((evaluation) => evaluation >= segment)
    if (onwards[0] === segment) now = Math.min(now, keepsAt(onwards, evaluations, now, left))
    alive.push(now)
    left -= now
  }
  return { alive, left, used: alive.reduce((sum, count) => sum + count, 0) }
}

const plans = fc.record({
  runs: fc.integer({ min: 1, max: 300 }),
  evaluations: fc.integer({ min: 1, max: 100 }),
  budget: fc.double({ min: 0.05, max: 1, noNaN: true }),
})

describe('planLadder', () => {
  it('[E61] cuts gently, at rungs that are a factor apart', () => {
    const { starts, rungs } = planLadder(60, 20, 0.2)
    expect(starts).toBe(60)
    expect(rungs).toEqual([
      { number: 1, evaluation: 1 },
      { number: 2, evaluation: 2 },
      { number: 3, evaluation: 3 },
      { number: 4, evaluation: 4 },
      { number: 5, evaluation: 5 },
      { number: 6, evaluation: 7 },
      { number: 7, evaluation: 9 },
      { number: 8, evaluation: 12 },
      { number: 9, evaluation: 16 },
    ])
    expect(follow(60, 20, 0.2).alive).toEqual([
      60, 25, 19, 15, 13, 11, 11, 9, 9, 7, 7, 7, 6, 6, 6, 6, 5, 5, 5, 5,
    ])
  })

  it('[E61] the number of living runs falls as the power 0.7 of the samples', () => {
    const { alive } = follow(1000, 100, 0.2)
    const ratio = (early: number, late: number) =>
      Math.log(alive[early]! / alive[late]!) / Math.log(late / early)
    expect(ratio(9, 41)).toBeGreaterThan(0.6)
    expect(ratio(9, 41)).toBeLessThan(0.8)
  })

  it('[E61] lets all runs train to the first cut, which a larger budget puts later', () => {
    const first = (budget: number) => planLadder(100, 100, budget).rungs[0]!.evaluation
    expect(first(0.2)).toBeLessThan(first(0.5))
    expect(planLadder(60, 20, 1).rungs).toEqual([])
    expect(follow(60, 20, 1).alive).toEqual(new Array(20).fill(60))
  })

  it('[E67] starts fewer runs only when the budget would else cut to less than a tenth', () => {
    expect(planLadder(60, 20, 0.1).starts).toBe(60)
    expect(planLadder(60, 20, 0.03).starts).toBeLessThan(40)
    expect(planLadder(60, 20, 0.001).starts).toBe(10)
    expect(planLadder(1, 20, 0.001)).toEqual({ starts: 1, rungs: [] })
  })

  it('[E61] numbers its rungs from 1 in order', () => {
    fc.assert(
      fc.property(plans, ({ runs, evaluations, budget }) => {
        const { rungs, starts } = planLadder(runs, evaluations, budget)
        expect(rungs.map(({ number }) => number)).toEqual(rungs.map((_, index) => index + 1))
        for (const [index, { evaluation }] of rungs.entries()) {
          expect(evaluation).toBeGreaterThan(rungs[index - 1]?.evaluation ?? 0)
          expect(evaluation).toBeLessThan(evaluations)
        }
        expect(starts).toBeGreaterThanOrEqual(1)
        expect(starts).toBeLessThanOrEqual(runs)
      }),
    )
  })

  it('[E69] followed to its end it never uses more than the budget, or what the least plan needs', () => {
    fc.assert(
      fc.property(plans, ({ runs, evaluations, budget }) => {
        const { starts } = planLadder(runs, evaluations, budget)
        const { used, alive } = follow(runs, evaluations, budget)
        const total = budget * runs * evaluations
        expect(used).toBeLessThanOrEqual(Math.max(total, starts + evaluations - 1) + 1e-6)
        expect(alive.at(-1)).toBeGreaterThanOrEqual(1)
      }),
    )
  })

  it('[E61] leaves little of the budget', () => {
    for (const budget of [0.12, 0.14, 0.19, 0.3]) {
      expect(follow(60, 20, budget).left).toBeLessThan(0.015 * 60 * 20)
    }
  })
})

describe('keepsAt', () => {
  it('[E63] follows what is left of the budget', () => {
    const keeps = [450, 200, 100, 50].map((left) => keepsAt([5, 10], 20, 30, left))
    expect(keeps).toEqual([30, 18, 9, 4])
  })

  it('[E63] keeps one at least and no more than there are', () => {
    expect(keepsAt([5], 20, 30, -100)).toBe(1)
    expect(keepsAt([5], 20, 30, 1e9)).toBe(30)
    expect(keepsAt([5], 20, 0, 100)).toBe(1)
  })

  it('[E63] keeps back what one run needs to its end', () => {
    // After the rung at 16 of 20 there are four evaluations: with 9 left two runs could train on, with 7 only one.
    expect(keepsAt([16], 20, 5, 9)).toBe(2)
    expect(keepsAt([16], 20, 5, 7.9)).toBe(1)
  })
})
