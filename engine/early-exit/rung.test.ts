import { describe, expect, it } from 'vitest'
import type { RunView } from '../model/tuning'
import { decideRung, type Rung } from './rung'
import { runWith } from './testing/sweep-view'

/** A rung at 200 samples that keeps half, by the last loss there. */
function rungOf(entrants: RunView[], changes: Partial<Rung> = {}): Rung {
  return {
    number: 1,
    samples: 200,
    rule: 'E31',
    entrants,
    below: 0,
    scores: (arrived) => arrived.map(({ points }) => points[1]!.valLoss ?? Number.POSITIVE_INFINITY),
    keeps: (entrants) => Math.floor(entrants / 2),
    early: 'nothing',
    ...changes,
  }
}
const kinds = (rung: Rung) => decideRung(rung).map(({ runId, kind }) => `${runId} ${kind}`)
const at = (id: string, loss: number | null, changes: Partial<RunView> = {}) =>
  runWith(id, [9, loss], changes)
const coming = (id: string, changes: Partial<RunView> = {}) => runWith(id, [9], changes)

describe('decideRung', () => {
  it('[E12] decides all when nobody is missing', () => {
    expect(kinds(rungOf([at('a', 3), at('b', 1), at('c', 2), at('d', 4)]))).toEqual([
      'a stop',
      'b keep',
      'c keep',
      'd stop',
    ])
  })

  it('[E12] gives a stop its place, its threshold and its peers from the best', () => {
    const [, stop] = decideRung(rungOf([at('a', 1), runWith('b', [2, 4, 3])]))
    expect(stop).toEqual({
      kind: 'stop',
      runId: 'b',
      rule: 'E31',
      reason: 'underperforming',
      rung: 1,
      atSamples: 200,
      observed: 4,
      threshold: 1,
      bestLoss: 2,
      place: 2,
      keeps: 1,
      peers: [
        { runId: 'a', value: 1, kept: true },
        { runId: 'b', value: 4, kept: false },
      ],
      savedSamples: 700,
      spread: undefined,
    })
  })

  it('[E12] says how much the loss of a stopped run moves by itself', () => {
    const late = {
      scores: (runs: readonly RunView[]) => runs.map(({ id }) => (id === 'a' ? 1 : 2)),
      samples: 600,
    }
    const steady = [8, 7, 5, 4, 2, 1]
    const [, stop] = decideRung(rungOf([runWith('a', steady), runWith('b', steady)], late))
    // Of the changes only the last four count: −2, −1, −2, −1.
    expect(stop!.spread).toBeCloseTo(Math.sqrt(1 / 3), 10)
  })

  it('[E12] gives ties to the smaller id', () => {
    expect(kinds(rungOf([at('b', 1), at('a', 1)]))).toEqual(['b stop', 'a keep'])
  })

  it('[E12] ranks a loss that is not a number last', () => {
    const decisions = decideRung(rungOf([at('a', null), at('b', 1)]))
    expect(decisions).toMatchObject([
      { runId: 'a', kind: 'stop', observed: null, peers: [{ value: 1 }, { value: Number.MAX_VALUE }] },
      { runId: 'b', kind: 'keep' },
    ])
  })

  it('[E12] decides nothing again about who has passed', () => {
    expect(kinds(rungOf([at('a', 1, { passedRung: 1 }), at('b', 2)]))).toEqual(['b stop'])
    expect(kinds(rungOf([at('a', 1, { passedRung: 1 })]))).toEqual([])
  })

  it('[E12] places a late run among those that were cut, kept or have ended', () => {
    const others = [
      at('b', 1, { state: 'done', passedRung: 1 }),
      at('c', 2, { passedRung: 1 }),
      at('d', 4, { state: 'parked', stopReason: 'underperforming' }),
      at('e', 5, { state: 'parked', stopReason: 'underperforming', audited: true }),
    ]
    expect(decideRung(rungOf([...others, at('z', 3)]))).toMatchObject([{ kind: 'stop', place: 3, keeps: 2 }])
    expect(decideRung(rungOf([...others, at('z', 0)]))).toMatchObject([{ kind: 'keep', place: 1 }])
  })

  it('[E14] leaves out what another rule, a person or a failure took out', () => {
    const others = [
      at('a', 0, { state: 'parked', stopReason: 'diverged' }),
      at('b', 0, { state: 'parked', stopReason: 'user' }),
      at('c', 0, { state: 'failed' }),
    ]
    expect(decideRung(rungOf([...others, at('x', 1), at('y', 2)]))).toMatchObject([
      { runId: 'x', kind: 'keep', place: 1 },
      { runId: 'y', kind: 'stop', place: 2 },
    ])
  })

  it('[E13] pauses who has a slot and leaves who has none while others are coming', () => {
    const runs = [at('a', 1), at('b', 2, { state: 'waiting' }), coming('c')]
    expect(kinds(rungOf(runs))).toEqual(['a pause'])
  })

  it('[E13] counts runs further down as coming', () => {
    expect(kinds(rungOf([at('a', 1), at('b', 2)], { below: 1 }))).toEqual(['a pause', 'b pause'])
  })

  it('[E13] keeps early who would stay even if all that are coming were better', () => {
    const runs = [at('a', 1), at('b', 2), at('c', 3), coming('d')]
    expect(kinds(rungOf(runs, { early: 'keep', keeps: () => 2 }))).toEqual(['a keep', 'b pause', 'c pause'])
    expect(kinds(rungOf(runs, { early: 'keep-and-stop', keeps: () => 2 }))).toEqual([
      'a keep',
      'b pause',
      'c stop',
    ])
    expect(kinds(rungOf(runs, { early: 'nothing', keeps: () => 2 }))).toEqual([
      'a pause',
      'b pause',
      'c pause',
    ])
  })

  it('[E13] stops early who would be cut even if all that are coming were worse', () => {
    const runs = [at('a', 1), at('b', 2), coming('c'), coming('d')]
    expect(kinds(rungOf(runs, { early: 'keep-and-stop', keeps: () => 1 }))).toEqual(['a pause', 'b stop'])
  })

  it('[E13] lets a share of those seen go on where the rung says so', () => {
    const runs = [at('a', 1), at('b', 2), at('c', 3), coming('d')]
    expect(kinds(rungOf(runs, { keepsEarly: (seen) => Math.floor(seen / 3) }))).toEqual([
      'a keep',
      'b pause',
      'c pause',
    ])
  })

  it('[E14] does not wait for a stalled run', () => {
    expect(kinds(rungOf([at('a', 1), at('b', 2), coming('c', { stalled: true })]))).toEqual([
      'a keep',
      'b stop',
    ])
  })

  it('[E1] [E2] keeps pinned and exempt runs whatever their place, and does not pause them', () => {
    const spared = [at('a', 1), at('b', 8, { pinned: true }), at('c', 9, { exemptRules: ['E31'] })]
    expect(kinds(rungOf(spared))).toEqual(['a keep', 'b keep', 'c keep'])
    expect(kinds(rungOf([...spared, coming('d')]))).toEqual(['a pause', 'b keep', 'c keep'])
    expect(kinds(rungOf([...spared, coming('d')], { early: 'keep-and-stop' }))).toEqual([
      'a keep',
      'b keep',
      'c keep',
    ])
  })
})
