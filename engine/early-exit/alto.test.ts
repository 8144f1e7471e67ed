import { describe, expect, it } from 'vitest'
import type { RunView } from '../model/tuning'
import { alto } from './alto'
import { runWith, sweepOf } from './testing/sweep-view'

const published = Object.fromEntries(
  Object.entries(alto.parameters).map(([name, parameter]) => [name, parameter.default]),
) as Parameters<typeof alto.decide>[1]
/** No smoothing, so that slopes and gaps can be read off the numbers, and a boundary far away. */
const curvesOnly = { ...published, smoothing: 1, warmup: 0.95 }
const cut = { ...published, warmup: 0.2, smoothing: 1 }

const decide = (runs: RunView[], params = curvesOnly) => alto.decide(sweepOf(runs), params)

describe('alto', () => {
  it('[E24] has the published setting', () => {
    expect(published).toEqual({
      warmup: 0.05,
      keep: 0.25,
      window: 2,
      patience: 2,
      tau_gap: 0.1,
      tau_slope: 0.001,
      smoothing: 0.5,
    })
  })

  it('[E21] stops a run whose losses rose by the slope at two evaluations in a row', () => {
    const eighth = { ...curvesOnly, tau_slope: 0.125 }
    expect(decide([runWith('a', [1, 1.125, 1.5])], eighth)).toMatchObject([
      {
        kind: 'stop',
        runId: 'a',
        rule: 'E21',
        reason: 'diverged',
        atSamples: 300,
        observed: 0.375,
        threshold: 0.125,
        evaluations: 2,
      },
    ])
    expect(decide([runWith('a', [1, 1.125, 1.249])], eighth)).toEqual([])
  })

  it.each([
    ['only once', [1, 1.1]],
    ['by less than the slope', [1, 1.0009, 1.0018, 1.0027]],
    ['not in a row', [1, 1.1, 1.05, 1.15]],
    ['in validation loss alone', [[1, 1] as const, [0.99, 1.02] as const, [0.98, 1.05] as const]],
    ['in training loss alone', [[1, 1] as const, [1.1, 1] as const, [1.2, 0.99] as const]],
  ])('[E21] lets a run go on whose loss rose %s', (_, losses) => {
    expect(decide([runWith('a', losses)])).toEqual([])
  })

  it('[E21] takes the slope over the window', () => {
    const losses = [1, 1.3, 1.2, 1.31]
    expect(decide([runWith('a', losses)], { ...curvesOnly, window: 3, patience: 1 })).toMatchObject([
      { rule: 'E21', atSamples: 300 },
    ])
    const [stop] = decide([runWith('a', losses)], { ...curvesOnly, window: 4, patience: 1 })
    expect(stop!.observed).toBeCloseTo((3 * 0.31 - 0.1) / 10, 10)
  })

  it('[E21] smooths the training loss, so that one high value does not hide in it', () => {
    const run = runWith('a', [
      [1, 1],
      [2, 1.1],
      [1.4, 1.2],
    ])
    expect(decide([run])).toEqual([])
    // Smoothed with weight 0.4 the training loss is 1, 1.4, 1.4.
    expect(decide([run], { ...curvesOnly, smoothing: 0.4, tau_slope: 0 })).toMatchObject([{ rule: 'E21' }])
  })

  it('[E22] stops a run whose gap was above the limit at two evaluations in a row, and keeps its best', () => {
    const run = runWith('a', [
      [1, 1.05],
      [0.8, 0.9],
      [0.7, 0.95],
    ])
    expect(decide([run])).toMatchObject([
      {
        kind: 'stop',
        rule: 'E22',
        reason: 'overfitting',
        atSamples: 300,
        threshold: 0.1,
        bestLoss: 0.9,
        savedSamples: 700,
      },
    ])
    expect(decide([run])[0]!.observed).toBeCloseTo(0.25 / 0.7, 10)
  })

  it.each([
    ['once', [[1, 1.2] as const]],
    ['just below the limit', [[1, 1.0999] as const, [1, 1.0999] as const, [1, 1.0999] as const]],
    ['with a fair evaluation between', [[1, 1.2] as const, [1, 1] as const, [0.9, 1.2] as const]],
    ['over a training loss that is not above 0', [[0, 1] as const, [0, 0.9] as const, [0, 0.8] as const]],
  ])('[E22] lets a run go on that has a gap %s', (_, losses) => {
    expect(decide([runWith('a', losses)])).toEqual([])
  })

  it('[E1] [E2] spares pinned and exempt runs, each from its rule', () => {
    const losses = [1, 1.1, 1.2, 1.3]
    expect(decide([runWith('a', losses, { pinned: true })])).toEqual([])
    expect(decide([runWith('a', losses, { exemptRules: ['E21'] })])).toEqual([])
    expect(decide([runWith('a', losses, { exemptRules: ['E22'] })])).toHaveLength(1)
  })

  it('[E23] pauses who has warmed up while others are coming', () => {
    const decisions = decide([runWith('a', [3, 2]), runWith('b', [3, 1]), runWith('c', [3])], cut)
    expect(decisions).toMatchObject([
      { kind: 'pause', runId: 'a', rule: 'E23', rung: 1, atSamples: 200 },
      { kind: 'pause', runId: 'b', rule: 'E23' },
    ])
  })

  it('[E23] waits for runs that have no slot yet, and gives them the slots of those that wait', () => {
    const runs = [
      runWith('a', [3, 2]),
      runWith('b', [], { state: 'waiting' }),
      runWith('c', [], { state: 'waiting' }),
    ]
    const decisions = alto.decide(sweepOf(runs, { slots: 1 }), cut)
    expect(decisions.map(({ kind }) => kind)).toEqual(['pause', 'start'])
  })

  it.each<[string, Partial<RunView>]>([
    ['has failed', { state: 'failed' }],
    ['was stopped by a person', { state: 'parked', stopReason: 'user' }],
    ['has diverged', { state: 'parked', stopReason: 'diverged' }],
    ['has stalled', { stalled: true }],
    ['goes on for an audit', { audited: true }],
  ])('[E14] [E15] cuts without a run that %s', (_, changes) => {
    const decisions = decide([runWith('a', [3, 2]), runWith('b', [3, 1]), runWith('c', [3], changes)], {
      ...cut,
      keep: 0.5,
    })
    expect(decisions).toMatchObject([
      { kind: 'keep', runId: 'b', rule: 'E24' },
      { kind: 'stop', runId: 'a', rule: 'E24' },
    ])
  })

  it('[E24] keeps the best quarter, rounded up, by the loss at the warm-up', () => {
    const runs = [5, 4, 3, 2, 1].map((loss, index) => runWith(`r${index}`, [9, loss]))
    const decisions = decide(runs, cut)
    expect(decisions.filter(({ kind }) => kind === 'keep').map(({ runId }) => runId)).toEqual(['r4', 'r3'])
    expect(decisions.find(({ runId }) => runId === 'r2')).toMatchObject({
      kind: 'stop',
      reason: 'underperforming',
      rung: 1,
      observed: 3,
      threshold: 2,
      place: 3,
      keeps: 2,
      atSamples: 200,
      savedSamples: 800,
      peers: [
        { runId: 'r4', value: 1, kept: true },
        { runId: 'r3', value: 2, kept: true },
        { runId: 'r2', value: 3, kept: false },
        { runId: 'r1', value: 4, kept: false },
        { runId: 'r0', value: 5, kept: false },
      ],
    })
  })

  it('[E24] ranks raw validation loss at the warm-up, not the best so far and not what came later', () => {
    const runs = [
      runWith('a', [1, 3, 1]),
      runWith('b', [9, 2, 9]),
      runWith('c', [9, 9]),
      runWith('d', [9, 9]),
    ]
    expect(decide(runs, cut).filter(({ kind }) => kind === 'keep')).toMatchObject([{ runId: 'b' }])
  })

  it('[E11] compares at equal samples: an evaluation less than a step short of the boundary counts', () => {
    const short = (samples: number) => [{ step: 4, samples, trainLoss: 1, valLoss: 1 }]
    const runs = [runWith('a', [], { points: short(180) }), runWith('b', [9, 2])]
    expect(decide(runs, cut).map(({ kind }) => kind)).toEqual(['keep', 'stop'])
    const tooShort = [runWith('a', [], { points: short(140) }), runWith('b', [9, 2])]
    expect(decide(tooShort, cut).map(({ kind }) => kind)).toEqual(['pause'])
  })

  it('[E12] places a late run among the same peers, with ties to the smaller id', () => {
    const before = [
      runWith('a', [9, 1], { passedRung: 1 }),
      runWith('b', [9, 2], { state: 'parked', stopReason: 'underperforming' }),
      runWith('c', [9, 3], { state: 'parked', stopReason: 'underperforming' }),
    ]
    expect(decide([...before, runWith('d', [9, 1])], cut)).toMatchObject([
      { kind: 'stop', place: 2, keeps: 1 },
    ])
    expect(decide([...before, runWith('A', [9, 1])], cut)).toMatchObject([
      { kind: 'keep', place: 1, keeps: 1 },
    ])
  })

  it('[E24] keeps a revived run whatever its place', () => {
    const runs = [runWith('a', [9, 1]), runWith('b', [9, 2], { exemptRules: ['E24'] }), runWith('c', [9, 3])]
    expect(decide(runs, cut).map(({ kind, runId }) => `${runId} ${kind}`)).toEqual([
      'a keep',
      'b keep',
      'c stop',
    ])
  })

  it('[E23] lets only kept runs train past the warm-up', () => {
    const runs = [
      runWith('a', [9, 1], { state: 'waiting', passedRung: 1 }),
      runWith('b', [9, 1], { state: 'waiting' }),
      runWith('c', [9], { state: 'waiting', stalled: false }),
    ]
    const decisions = alto.decide(sweepOf(runs, { slots: 3 }), cut)
    expect(decisions.filter(({ kind }) => kind === 'resume').map(({ runId }) => runId)).toEqual(['a', 'c'])
  })

  it('[E3] stops a run with a loss that is not a number before anything else', () => {
    expect(decide([runWith('a', [1, [1, null]])])).toMatchObject([
      { kind: 'stop', rule: 'E3', reason: 'non-finite', atSamples: 200, bestLoss: 1 },
    ])
    expect(decide([runWith('a', [[null, 1]])])).toMatchObject([{ rule: 'E3', atSamples: 100 }])
    expect(decide([runWith('a', [null], { state: 'done' })])).toEqual([])
  })
})
