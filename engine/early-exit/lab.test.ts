import { describe, expect, it } from 'vitest'
import type { RecordedSweep } from '../sim/recorded-sweep'
import { syntheticSweep } from '../sim/synthetic-sweep'
import { alto } from './alto'
import { runLab } from './lab'
import { none } from './none'

const params = { ...defaults(), warmup: 0.3, keep: 0.5, smoothing: 1 }
function defaults() {
  return Object.fromEntries(
    Object.entries(alto.parameters).map(([name, { default: value }]) => [name, value]),
  )
}

/** Two runs of four evaluations: `early` leads until the warm-up, `late` wins. */
function crossing(task: string, final: number): RecordedSweep {
  const run = (config: string, losses: number[]) => ({
    config,
    params: { learning_rate: 1e-3, rank: 8, batch_size: 1 },
    totalSteps: 40,
    points: losses.map((loss, index) => ({
      step: 10 * (index + 1),
      samples: 10 * (index + 1),
      trainLoss: loss,
      valLoss: loss,
    })),
  })
  return {
    task,
    trainSamples: 40,
    epochs: 1,
    evaluationsPerRun: 4,
    runs: [run('early', [3, 2, 2, 2]), run('late', [4, 3, 2.5, final])],
  }
}

describe('runLab', () => {
  it('[E81] says per sweep what was saved, what it cost and how far each run came', () => {
    const { sweeps } = runLab([crossing('a', 1.6)], alto, params as Parameters<typeof alto.decide>[1])
    expect(sweeps).toEqual([
      {
        task: 'a',
        saved: 0.25,
        excess: 0.25,
        winnerKept: false,
        bestFull: { config: 'late', valLoss: 1.6 },
        bestFound: { config: 'early', valLoss: 2 },
        runs: [
          { config: 'early', share: 1 },
          { config: 'late', share: 0.5, reason: 'underperforming' },
        ],
      },
    ])
  })

  it('[E81] takes means over sweeps and counts lost winners', () => {
    const lab = runLab(
      [crossing('a', 1.6), crossing('b', 2.4)],
      alto,
      params as Parameters<typeof alto.decide>[1],
    )
    expect(lab).toMatchObject({ saved: 0.25, meanExcess: 0.125, worstExcess: 0.25, winnersLost: 1 })
    expect(lab.sweeps.map(({ winnerKept }) => winnerKept)).toEqual([false, true])
  })

  it('[E81] changes with the parameters', () => {
    const all = { ...params, keep: 1 } as Parameters<typeof alto.decide>[1]
    expect(runLab([crossing('a', 1.6)], alto, all)).toMatchObject({ saved: 0, meanExcess: 0, winnersLost: 0 })
  })

  it('[E81] of no sweeps is nothing', () => {
    expect(runLab([], none, {})).toEqual({
      saved: 0,
      meanExcess: 0,
      worstExcess: 0,
      winnersLost: 0,
      sweeps: [],
    })
  })

  it('[E20] none saves nothing and loses nothing', () => {
    expect(runLab([syntheticSweep({ seed: 1 })], none, {}, { slots: 3 })).toMatchObject({
      saved: 0,
      meanExcess: 0,
      winnersLost: 0,
    })
  })
})
