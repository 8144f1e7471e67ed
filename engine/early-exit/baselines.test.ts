import { describe, expect, it } from 'vitest'
import type { RunView } from '../model/tuning'
import { asha } from './asha'
import { halvingShares } from './climb'
import { hyperband } from './hyperband'
import { median } from './median'
import { none } from './none'
import { runWith, sweepOf } from './testing/sweep-view'

const waiting = (id: string) => runWith(id, [], { state: 'waiting' })
const kinds = (decisions: readonly { runId: string; kind: string }[]) =>
  decisions.map(({ runId, kind }) => `${runId} ${kind}`)

describe('none', () => {
  it('[E20] starts what has a slot and stops nothing, not even a loss that is not a number', () => {
    expect(none.decide(sweepOf([runWith('a', [null]), runWith('b', [1, 2, 3, 4, 5])]), {})).toEqual([])
    expect(kinds(none.decide(sweepOf([waiting('a'), runWith('b', [1])]), {}))).toEqual(['a start'])
  })
})

describe('asha', () => {
  const params = { reduction: 2, grace: 0.2 }

  it('[E31] has rungs at grace · ηᵏ below a full training', () => {
    expect(halvingShares(0.2, 2)).toEqual([0.2, 0.4, 0.8])
    expect(halvingShares(0.25, 2)).toEqual([0.25, 0.5])
    expect(halvingShares(0.05, 4).map((share) => share.toFixed(2))).toEqual(['0.05', '0.20', '0.80'])
  })

  it('[E31] lets the best half of those seen go on while others are coming', () => {
    const runs = [runWith('a', [9, 1]), runWith('b', [9, 2]), runWith('c', [9, 3]), runWith('d', [9])]
    expect(kinds(asha.decide(sweepOf(runs), params))).toEqual(['a keep', 'b pause', 'c stop'])
  })

  it('[E31] ranks by the best loss up to the rung', () => {
    const runs = [
      runWith('a', [0.5, 3]),
      runWith('b', [9, 2]),
      runWith('c', [9, 9, 0.1]),
      runWith('d', [9, 4]),
    ]
    const decisions = asha.decide(sweepOf(runs), params)
    expect(decisions).toMatchObject([
      { runId: 'a', kind: 'keep', place: 1, observed: 0.5, rule: 'E31' },
      { runId: 'b', kind: 'keep', place: 2 },
      { runId: 'c', kind: 'stop', place: 4 },
      { runId: 'd', kind: 'stop', place: 3 },
    ])
  })

  it('[E31] keeps at least one run at every rung', () => {
    const runs = [runWith('a', [1, 1, 1, 1], { passedRung: 1 }), waiting('b')]
    const decided = asha.decide(sweepOf([runs[0]!, { ...waiting('b'), state: 'failed' }]), params)
    expect(decided).toMatchObject([{ runId: 'a', kind: 'keep', rung: 2, keeps: 1 }])
  })

  it('[E31] judges a run at the next rung at once if it has trained that far', () => {
    const runs = [runWith('a', [1, 1, 1, 1]), runWith('b', [2, 2])]
    expect(
      asha.decide(sweepOf(runs), params).map(({ runId, kind, rung }) => `${runId} ${kind} ${rung}`),
    ).toEqual(['a keep 1', 'b stop 1', 'a keep 2'])
  })

  it('[E7] resumes from the highest rung first', () => {
    const runs = [
      runWith('a', [9, 1], { state: 'waiting', passedRung: 1 }),
      waiting('b'),
      runWith('c', [9, 9, 9, 9], { state: 'waiting', passedRung: 2 }),
    ]
    const decisions = asha.decide(sweepOf(runs, { slots: 2 }), params)
    expect(kinds(decisions)).toEqual(['c resume', 'a resume'])
  })
})

describe('hyperband', () => {
  const ids = Array.from({ length: 34 }, (_, index) => `r${String(index).padStart(2, '0')}`)
  const sizesOf = (reduction: number, grace: number, losses: readonly number[]) => {
    const runs = ids.map((id) => runWith(id, losses))
    return hyperband.decide(sweepOf(runs, { seed: 3 }), { reduction, grace })
  }

  it('[E41] deals the runs to brackets in proportion, each with its own first rung', () => {
    // Brackets of 9 : 4.5 : 3 with η = 3, so of 34 runs 19, 9 and 6 begin at 1/9, 1/3 and 1.
    const atFirst = sizesOf(3, 0.1, [1, 1])
    expect(atFirst.filter(({ kind }) => kind === 'keep')).toHaveLength(6)
    expect(atFirst.filter(({ kind }) => kind === 'stop')).toHaveLength(13)
    const atSecond = sizesOf(3, 0.1, [1, 1, 1, 1]).filter(({ kind, rung }) => kind === 'keep' && rung === 1)
    expect(atSecond).toHaveLength(6 + 3)
  })

  it('[E41] deals by the order of exploration, so another seed deals otherwise', () => {
    const cut = (seed: number) =>
      hyperband
        .decide(
          sweepOf(
            ids.map((id) => runWith(id, [1, 1])),
            { seed },
          ),
          { reduction: 3, grace: 0.1 },
        )
        .map(({ runId }) => runId)
    expect(cut(3)).toEqual(cut(3))
    expect(cut(3)).not.toEqual(cut(4))
  })

  it('[E41] holds a run at the rung of its own bracket only', () => {
    const runs = ids.map((id) => runWith(id, [1, 1], { state: 'waiting', stalled: id === 'r00' }))
    const resumed = hyperband.decide(sweepOf(runs, { seed: 3, slots: 40 }), { reduction: 3, grace: 0.1 })
    const stopped = resumed.filter(({ kind }) => kind === 'stop').map(({ runId }) => runId)
    const going = resumed.filter(({ kind }) => kind === 'resume').map(({ runId }) => runId)
    expect([...stopped, ...going].sort()).toEqual(ids)
    expect(new Set([...stopped, ...going]).size).toBe(ids.length)
  })
})

describe('median', () => {
  const params = { grace: 0.2, min_peers: 3 }
  const decide = (runs: RunView[]) => median.decide(sweepOf(runs), params)

  it('[E51] stops a run whose best is worse than the median of its peers’ averages', () => {
    const runs = [
      runWith('a', [4, 2], { state: 'done' }),
      runWith('b', [3, 3], { state: 'done' }),
      runWith('c', [8, 2], { state: 'done' }),
      runWith('d', [9, 3.5]),
    ]
    expect(decide(runs)).toMatchObject([
      {
        runId: 'd',
        kind: 'stop',
        rule: 'E51',
        reason: 'underperforming',
        atSamples: 200,
        observed: 3.5,
        threshold: 3,
        peers: [
          { runId: 'a', value: 3, kept: true },
          { runId: 'b', value: 3, kept: true },
          { runId: 'c', value: 5, kept: false },
        ],
      },
    ])
    expect(decide([...runs.slice(0, 3), runWith('d', [9, 3])])).toEqual([])
  })

  it('[E51] takes the middle between two for an even number of peers', () => {
    const peers = [1, 2, 4, 9].map((loss, index) => runWith(`p${index}`, [loss, loss], { state: 'done' }))
    expect(decide([...peers, runWith('x', [9, 3])])).toEqual([])
    expect(decide([...peers, runWith('x', [9, 3.01])])).toMatchObject([{ runId: 'x', threshold: 3 }])
  })

  it('[E51] waits for the grace and for enough peers', () => {
    const peers = [1, 1, 1].map((loss, index) => runWith(`p${index}`, [loss, loss], { state: 'done' }))
    expect(decide([...peers, runWith('x', [9])])).toEqual([])
    expect(decide([...peers.slice(1), runWith('x', [9, 9])])).toEqual([])
    expect(decide([...peers, runWith('x', [9, 9])])).toHaveLength(1)
  })

  it('[E51] [E11] compares at equal samples, whatever became of the peers since', () => {
    const peers = [1, 2, 3].map((loss, index) =>
      runWith(`p${index}`, [loss, loss, 100], { state: 'parked', stopReason: 'underperforming' }),
    )
    expect(decide([...peers, runWith('x', [9, 2.5])])).toMatchObject([{ threshold: 2 }])
    expect(decide([...peers.slice(1), runWith('p9', [1]), runWith('x', [9, 9])])).toEqual([])
  })

  it('[E51] leaves peers without a finite loss out', () => {
    const peers = [1, 2, null].map((loss, index) => runWith(`p${index}`, [loss, loss], { state: 'done' }))
    expect(decide([...peers, runWith('x', [9, 9])])).toEqual([])
  })
})
