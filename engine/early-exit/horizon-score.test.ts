import { describe, expect, it } from 'vitest'
import type { RunView } from '../model/tuning'
import { horizonScores } from './horizon-score'
import { runWith } from './testing/sweep-view'

const constant = { schedule: 'constant' as const }
const cosine = { schedule: 'cosine' as const }

/** Runs over a grid of learning rates whose ln loss is a parabola with its lowest point at `best`, flat over time. */
function parabolicRuns(best: number, changes: Partial<RunView['params']> = {}): RunView[] {
  return Array.from({ length: 12 }, (_, index) => {
    const learningRate = 2 ** (index - 14)
    const loss = Math.exp(0.05 * (Math.log2(learningRate) - best) ** 2)
    return runWith(`r${index}`, [loss, loss, loss], { params: params(learningRate, changes) })
  })
}
const params = (learning_rate: number, changes: Partial<RunView['params']> = {}) => {
  return { learning_rate, rank: 8, batch_size: 1, ...changes } as RunView['params']
}
const lowest = (runs: readonly RunView[], scores: readonly number[]) => {
  return runs[scores.indexOf(Math.min(...scores))]!.params.learning_rate
}

describe('horizonScores', () => {
  it('[E62] is the geometric mean of the best two of the last three losses where nothing can be fitted', () => {
    const runs = [runWith('a', [1, 9, 2, 8]), runWith('b', [3, 3, 3, 3])]
    expect(horizonScores(constant, runs, 400, 0.4)[0]).toBeCloseTo(4, 10)
    expect(horizonScores(constant, runs.slice(1, 2), 300, 0.3)[0]).toBeCloseTo(3, 10)
  })

  it('[E6] [E11] reads the losses at the rung and not later ones', () => {
    const run = runWith('a', [2, 2, 100])
    expect(horizonScores(constant, [run], 200, 0.2)[0]).toBeCloseTo(2, 10)
  })

  it('[E62] ranks a run with a loss that is not a number last', () => {
    const [a, b] = horizonScores(constant, [runWith('a', [1, null, null]), runWith('b', [9, 9, 9])], 300, 0.3)
    expect(a).toBe(Number.POSITIVE_INFINITY)
    expect(b).toBeCloseTo(9, 10)
  })

  it('[E62] tilts towards lower learning rates under a constant schedule, the more the earlier', () => {
    const runs = parabolicRuns(-8)
    expect(lowest(runs, horizonScores(cosine, runs, 300, 0.05))).toBe(2 ** -8)
    expect(lowest(runs, horizonScores(constant, runs, 300, 0.1))).toBe(2 ** -9)
    // Four octaves to come and a drift of 0.3 an octave: 1.2 octaves lower, so -9.2.
    const early = horizonScores(constant, runs, 300, 1 / 16)
    const at = (exponent: number) => early[exponent + 14]!
    expect(at(-9)).toBeLessThan(at(-10))
    expect(at(-10)).toBeLessThan(at(-8))
    expect(lowest(runs, horizonScores(constant, runs, 300, 0.9))).toBe(2 ** -8)
  })

  it('[E62] takes half of that tilt where the schedule is not known, and the run’s own schedule where it has one', () => {
    const runs = parabolicRuns(-8)
    const shift = (scores: number[]) => Math.log(scores[4]! / scores[8]!)
    const none = shift(horizonScores(cosine, runs, 300, 1 / 16))
    const half = shift(horizonScores({}, runs, 300, 1 / 16)) - none
    const full = shift(horizonScores(constant, runs, 300, 1 / 16)) - none
    expect(full).toBeCloseTo(2 * half, 6)
    // 2 · 0.05 · 0.3 an octave · 4 octaves to come · 4 octaves of learning rate apart.
    expect(full).toBeCloseTo(-0.48, 6)
    const own = parabolicRuns(-8, { lr_scheduler: 'linear' })
    expect(shift(horizonScores(constant, own, 300, 1 / 16))).toBeCloseTo(none, 10)
  })

  it('[E62] does not tilt where the loss does not rise on both sides', () => {
    const runs = parabolicRuns(-8).map((run) => {
      return { ...run, points: run.points.map((point) => ({ ...point, valLoss: 1 / point.valLoss! })) }
    })
    expect(horizonScores(constant, runs, 300, 0.1)).toEqual(horizonScores(cosine, runs, 300, 0.1))
  })

  it('[E62] carries on in part the trend that the runs share along the learning rate', () => {
    const falling = Array.from({ length: 12 }, (_, index) => {
      const gain = 0.02 * index
      return runWith(`r${index}`, [1, 1, 1, Math.exp(-2 * gain)], { params: params(2 ** -index) })
    })
    // Level at the rung is exp(-gain) by the mean of the last two, and it was 1 at half of the samples.
    const scores = horizonScores(constant, falling, 400, 0.5)
    for (const [index, score] of scores.entries()) {
      const apart = Math.log(score / scores[0]!) / index
      if (index > 0) expect(apart).toBeLessThan(-0.02)
      if (index > 0) expect(apart).toBeGreaterThan(-0.02 * 1.4)
    }
  })

  it('[E62] gains a little with rank, more the further the end', () => {
    const runs = Array.from({ length: 12 }, (_, index) => {
      const loss = 1 + (index % 6) / 10
      return runWith(`r${index}`, [loss, loss], {
        params: { learning_rate: 1e-3, rank: index < 6 ? 4 : 16, batch_size: 1 },
      })
    })
    const gain = (share: number) => {
      const scores = horizonScores(constant, runs, 200, share)
      return Math.log(scores[0]! / scores[6]!)
    }
    // Of the 8 better runs the middle lies ln 1.2 above the best: 0.15 · ln 1.2 · 2 octaves of rank.
    expect(gain(0.5)).toBeCloseTo(0.15 * Math.log(1.2) * 2, 6)
    expect(gain(0.25)).toBeCloseTo(2 * gain(0.5), 6)
    expect(gain(1)).toBeCloseTo(0, 10)
  })

  it('[E62] takes half of the unrest off that a decaying rate will calm', () => {
    const runs = Array.from({ length: 12 }, (_, index) => {
      const loss = 1 + (index % 6) / 10
      const jump = index < 6 ? 1 : Math.exp(0.1)
      return runWith(`r${index}`, [loss * jump, loss, loss * jump, loss])
    })
    const gain = (view: typeof cosine | typeof constant, share: number) => {
      const scores = horizonScores(view, runs, 400, share)
      return Math.log(scores[0]! / scores[6]!)
    }
    // Second differences are ±0.2, so the unrest is 0.2 / √6; the trend is the same for all.
    expect(gain(cosine, 0.2)).toBeCloseTo((0.5 * 0.2) / Math.sqrt(6), 6)
    expect(gain(cosine, 0.75)).toBeCloseTo((0.25 * 0.2) / Math.sqrt(6), 6)
    expect(gain(constant, 0.2)).toBeCloseTo(0, 6)
    const wild = runs.map((run, index) =>
      index < 6
        ? run
        : runWith(
            run.id,
            [9, 1, 9, 1].map((factor) => factor * (1 + (index % 6) / 10)),
          ),
    )
    const scores = horizonScores(cosine, wild, 400, 0.2)
    expect(Math.log(scores[0]! / scores[6]!)).toBeCloseTo(0.15, 6)
  })

  it('[E62] does not depend on the scale of the loss', () => {
    const runs = parabolicRuns(-8)
    const scaled = runs.map((run) => {
      return { ...run, points: run.points.map((point) => ({ ...point, valLoss: 1000 * point.valLoss! })) }
    })
    const scores = horizonScores(constant, runs, 300, 0.1)
    for (const [index, score] of horizonScores(constant, scaled, 300, 0.1).entries()) {
      expect(score / 1000).toBeCloseTo(scores[index]!, 8)
    }
  })

  it('[E62] falls back to the plain mean for losses that are not above 0', () => {
    const runs = parabolicRuns(-8).map((run, index) => (index === 0 ? runWith('r0', [9, 3, -1]) : run))
    const scores = horizonScores(constant, runs, 300, 0.1)
    expect(scores[0]).toBe(1)
    expect(scores[6]).toBeCloseTo(runs[6]!.points[0]!.valLoss!, 10)
  })

  it('[E62] leaves a run alone whose parameters are not known', () => {
    const runs = parabolicRuns(-8)
    const unknown = runWith('x', [2, 2, 2], { params: params(Number.NaN) })
    const scores = horizonScores(constant, [...runs, unknown], 300, 0.1)
    expect(scores[12]).toBeCloseTo(2, 10)
    expect(lowest(runs, scores.slice(0, 12))).toBe(2 ** -9)
  })
})
