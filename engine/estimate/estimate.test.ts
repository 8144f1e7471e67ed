import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aNode } from '../../test/builders/tuning-snapshot'
import { adaptive } from '../early-exit/adaptive'
import { random } from '../random'
import { calibrate, oneEachQuarter } from './calibration'
import { expectedShare } from './expected-share'
import { fitMemory } from './fit-memory'
import { gpusPerExecutor } from './gpus-per-executor'
import { runMemoryBytes } from './memory'
import { recalibrate } from './recalibrate'
import { type RemainingInput, remainingSeconds } from './remaining'
import { fitStepModel, stepModelOf, stepSeconds } from './step-seconds'

const INPUT: RemainingInput = {
  live: [
    { samples: 200, fullSamples: 1000, batchSize: 2 },
    { samples: 0, fullSamples: 1000, batchSize: 2 },
  ],
  samplesUsed: 200,
  samplesFull: 2000,
  share: expectedShare('none'),
  slots: 2,
  executors: 1,
  gpusPerExecutor: 1,
  maxLength: 10,
  step: { baseSeconds: 0, secondsPerToken: 0.01 },
}

describe('remainingSeconds', () => {
  it('[F2] all runs to their end: samples over the pace of full slots', () => {
    // 400 steps of two runs at 0.4 s and 100 of one at 0.2 s.
    expect(remainingSeconds(INPUT).p50).toBeCloseTo(180, 9)
    expect(remainingSeconds(INPUT).p10).toBeCloseTo(171, 9)
    expect(remainingSeconds(INPUT).p90).toBeCloseTo(198, 9)
    // The fixed part of a step is paid 500 times by two slots, 900 times by one; three GPUs share the tokens.
    const step = { baseSeconds: 1, secondsPerToken: 0.01 }
    expect(remainingSeconds({ ...INPUT, step }).p50).toBeCloseTo(680, 9)
    expect(remainingSeconds({ ...INPUT, step, slots: 1 }).p50).toBeCloseTo(1080, 9)
    expect(remainingSeconds({ ...INPUT, step, gpusPerExecutor: 3 }).p50).toBeCloseTo(560, 9)
    expect(remainingSeconds({ ...INPUT, step, executors: 2 }).p50).toBeCloseTo(590, 9)
  })

  it('[F1] with exits only the expected share, and never less than the run nearest to its end', () => {
    const half = { p10: 0.5, p50: 0.5, p90: 0.5 }
    // 1000 − 200 samples are expected, as many as the run nearest to its end has: at 10 a second.
    expect(remainingSeconds({ ...INPUT, share: half }).p50).toBeCloseTo(80, 0)
    const tenth = { p10: 0.1, p50: 0.1, p90: 0.1 }
    expect(remainingSeconds({ ...INPUT, share: tenth }).p50).toBe(
      remainingSeconds({ ...INPUT, share: half }).p50,
    )
  })

  it('[F3] ordered, not negative, and zero without a living run', () => {
    expect(remainingSeconds({ ...INPUT, live: [] })).toEqual({ p10: 0, p50: 0, p90: 0 })
    const run = fc
      .record({
        done: fc.double({ min: 0, max: 1, noNaN: true }),
        full: fc.integer({ min: 1, max: 9999 }),
        batch: fc.integer({ min: 1, max: 16 }),
      })
      .map(({ done, full, batch }) => ({
        samples: Math.floor(done * full),
        fullSamples: full,
        batchSize: batch,
      }))
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 20 }),
        fc.constantFrom('none', 'alto', 'asha', 'adaptive'),
        (live, policy) => {
          const samplesFull = live.reduce((sum, one) => sum + one.fullSamples, 0)
          const samplesUsed = live.reduce((sum, one) => sum + one.samples, 0)
          const { p10, p50, p90 } = remainingSeconds({
            ...INPUT,
            live,
            samplesFull,
            samplesUsed,
            share: expectedShare(policy),
          })
          expect(0 <= p10 && p10 <= p50 && p50 <= p90 && Number.isFinite(p90)).toBe(true)
        },
      ),
    )
  })

  it('[F1] the budget of adaptive is its expected share', () => {
    expect(expectedShare('adaptive', 0.3)).toEqual({ p10: 0.95 * 0.3, p50: 0.99 * 0.3, p90: 1.02 * 0.3 })
    expect(expectedShare('adaptive').p50).toBeCloseTo(0.99 * adaptive.parameters.budget.default, 12)
    expect(expectedShare('adaptive', 1).p90).toBe(1)
    expect(expectedShare('none')).toEqual({ p10: 1, p50: 1, p90: 1 })
  })
})

describe('step model', () => {
  it('[F4] base seconds and seconds for each token over the GPUs', () => {
    expect(stepSeconds({ baseSeconds: 0.5, secondsPerToken: 0.01 }, 100, 2)).toBe(1)
  })

  it('[F4] half of one measured step is fixed', () => {
    const model = stepModelOf(2, 100, 4)
    expect(model).toEqual({ baseSeconds: 1, secondsPerToken: 0.04 })
    expect(stepSeconds(model, 100, 4)).toBe(2)
    expect(stepModelOf(2, 0, 1)).toEqual({ baseSeconds: 1, secondsPerToken: 0 })
  })

  it('[F4] fits measured steps', () => {
    const measured = [10, 40, 90].map((tokens) => ({ tokens, gpus: 1, seconds: 0.3 + 0.02 * tokens }))
    const found = fitStepModel(measured, { baseSeconds: 9, secondsPerToken: 9 })
    expect(found.baseSeconds).toBeCloseTo(0.3, 9)
    expect(found.secondsPerToken).toBeCloseTo(0.02, 9)
  })

  it('[F4] keeps what the steps cannot tell', () => {
    const prior = { baseSeconds: 0.2, secondsPerToken: 1 }
    expect(fitStepModel([], prior)).toEqual(prior)
    expect(fitStepModel([{ tokens: 10, gpus: 1, seconds: 2.7 }], prior)).toEqual({
      baseSeconds: 0.2,
      secondsPerToken: 0.25,
    })
    // Steps that grow faster than their tokens have no base.
    const steep = [1, 2, 4].map((tokens) => ({ tokens, gpus: 1, seconds: tokens ** 2 }))
    expect(fitStepModel(steep, prior).baseSeconds).toBe(0)
  })
})

describe('memory', () => {
  it('[K4] rank, activations and logits', () => {
    const model = { backboneBytes: 1e9, bytesPerRank: 10, bytesPerToken: 3, bytesPerLogit: 2, vocabulary: 5 }
    expect(runMemoryBytes(model, { learning_rate: 1, rank: 4, batch_size: 2 }, 100)).toBe(40 + 600 + 2000)
  })

  it('[K11] fits backbone, rank and tokens, and takes the logits out of the tokens', () => {
    const probes = [
      { ranks: 8, tokens: 100 },
      { ranks: 64, tokens: 100 },
      { ranks: 8, tokens: 900 },
      { ranks: 32, tokens: 400 },
    ].map((probe) => ({ ...probe, bytes: 5e9 + 1e6 * probe.ranks + 3e5 * probe.tokens }))
    const model = fitMemory(probes, 1000, 100)!
    expect(model.backboneBytes).toBeCloseTo(5e9, -3)
    expect(model.bytesPerRank).toBeCloseTo(1e6, 0)
    expect(model.bytesPerToken).toBeCloseTo(2e5, 0)
    expect(model).toMatchObject({ bytesPerLogit: 100, vocabulary: 1000 })
  })

  it('[K11] no negative term, and nothing from probes that are all alike', () => {
    const shrinking = [8, 16, 64].map((ranks) => ({
      ranks,
      tokens: ranks * 7 + (ranks % 3),
      bytes: 1e9 - ranks,
    }))
    const model = fitMemory(shrinking, 0, 0)
    if (model !== null) for (const term of Object.values(model)) expect(term).toBeGreaterThanOrEqual(0)
    const same = { ranks: 8, tokens: 100, bytes: 1e9 }
    expect(fitMemory([same, same, same], 0, 0)).toBeNull()
    expect(fitMemory([same], 0, 0)).toBeNull()
  })
})

describe('calibrate', () => {
  const end = { p10: 100, p50: 150, p90: 200 }

  it('[F5] counts ends inside the interval and before the middle', () => {
    const past = [90, 120, 150, 199, 260].map((actualEnd) => ({ madeAt: 0, end, actualEnd }))
    const found = calibrate(past)!
    expect(found).toMatchObject({ count: 5, inside: 0.6, early: 0.6 })
    expect(found.insideInterval[0]).toBeCloseTo(0.2307, 3)
    expect(found.insideInterval[1]).toBeCloseTo(0.8824, 3)
  })

  it('[F5] the score is the pinball loss over the length', () => {
    const exact = { p10: 100, p50: 100, p90: 100 }
    expect(calibrate([{ madeAt: 0, end: exact, actualEnd: 100 }])!.score).toBe(0)
    // P10 0.1 · 50 + P50 0.5 · 0 + P90 (1 − 0.9) · 50, over 3 and over 150 s.
    expect(calibrate([{ madeAt: 0, end, actualEnd: 150 }])!.score).toBeCloseTo(10 / 3 / 150, 12)
  })

  it('[F5] of each sweep the first forecast of each quarter is judged', () => {
    const past = [0, 10, 60, 100, 110, 260, 390, 400].map((madeAt) => ({
      madeAt: 1000 + madeAt,
      end,
      actualEnd: 1400,
    }))
    expect(oneEachQuarter(past, 1000).map(({ madeAt }) => madeAt)).toEqual([1000, 1100, 1260, 1390])
    expect(oneEachQuarter(past, 1050).map(({ madeAt }) => madeAt)[0]).toBe(1060)
  })

  it('[F5] nothing of nothing, and ends before their forecast do not count', () => {
    expect(calibrate([])).toBeNull()
    expect(calibrate([{ madeAt: 50, end, actualEnd: 50 }])).toBeNull()
  })
})

describe('gpusPerExecutor', () => {
  const memory = (backboneBytes: number) => ({
    backboneBytes,
    bytesPerRank: 0,
    bytesPerToken: 0,
    bytesPerLogit: 0,
    vocabulary: 0,
  })
  const nodes = [aNode('a', 1), aNode('b', 2)]

  it('[K13] one GPU while a fifth of what plans may use is left to runs, else as few as give that', () => {
    // 80 GB less a margin of a tenth is 72 GB, of which the backbone may take 57.6 GB.
    expect(gpusPerExecutor(memory(57.6e9), nodes, 8, 0.1)).toBe(1)
    expect(gpusPerExecutor(memory(57.7e9), nodes, 8, 0.1)).toBe(2)
    expect(gpusPerExecutor(memory(140e9), nodes, 8, 0.1)).toBe(3)
    expect(gpusPerExecutor(memory(140e9), nodes, 2, 0.1)).toBe(2)
  })

  it('[K13] one GPU where nothing is known', () => {
    expect(gpusPerExecutor(memory(0), nodes, 4, 0.1)).toBe(1)
    expect(gpusPerExecutor(memory(1e12), [], 4, 0.1)).toBe(1)
  })
})

describe('recalibrate', () => {
  const raw = { p10: 80, p50: 100, p90: 140 }

  it('[F7] keeps the forecast while nothing is known', () => {
    const { p10, p50, p90 } = recalibrate(raw, [])
    expect([p10, p50, p90].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([80, 100, 140])
    expect(recalibrate({ p10: 0, p50: 0, p90: 5 }, [2])).toEqual({ p10: 0, p50: 0, p90: 5 })
    expect(recalibrate(raw, [Number.NaN, 0, -1, Number.POSITIVE_INFINITY])).toEqual({ p10, p50, p90 })
  })

  it('[F7] takes over the bias and the width of many past forecasts', () => {
    // Everything took 1.2 to 1.4 times as long, evenly.
    const ratios = Array.from({ length: 2001 }, (_, i) => 1.2 + (0.2 * i) / 2000)
    const { p10, p50, p90 } = recalibrate(raw, ratios)
    expect(p10).toBeCloseTo(122, 0)
    expect(p50).toBeCloseTo(130, 0)
    expect(p90).toBeCloseTo(138, 0)
  })

  it('[F7] covers four fifths of what comes after, whatever the noise', () => {
    const source = random('recalibrate')
    const ratios: number[] = []
    let inside = 0
    for (let i = 0; i < 600; i++) {
      const actual = 1.3 * Math.exp(0.05 * source.normal())
      const { p10, p90 } = recalibrate(raw, ratios)
      if (i >= 100 && 100 * actual >= p10 && 100 * actual <= p90) inside += 1
      ratios.push(actual)
    }
    expect(inside / 500).toBeGreaterThan(0.75)
    expect(inside / 500).toBeLessThan(0.88)
  })
})
