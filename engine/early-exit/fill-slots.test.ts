import { describe, expect, it } from 'vitest'
import type { RunView } from '../model/tuning'
import { explorationOrder, fillSlots } from './fill-slots'
import { runWith, sweepOf } from './testing/sweep-view'

const fresh = (id: string, changes: Partial<RunView> = {}) =>
  runWith(id, [], { state: 'waiting', ...changes })
const begun = (id: string, evaluations: number, changes: Partial<RunView> = {}) =>
  runWith(id, new Array<number>(evaluations).fill(1), { state: 'waiting', ...changes })
const fill = (runs: RunView[], slots: number, mayTrain = (_: RunView) => true, seed = 1) =>
  fillSlots(sweepOf(runs, { slots, seed }), mayTrain).map(({ runId, kind }) => `${runId} ${kind}`)

describe('fillSlots', () => {
  it('[E7] fills as many slots as are free', () => {
    const runs = [runWith('a', [1]), fresh('b'), fresh('c'), fresh('d')]
    expect(fill(runs, 3)).toHaveLength(2)
    expect(fill(runs, 1)).toEqual([])
    expect(fill(runs, 0)).toEqual([])
    expect(fill(runs, 9)).toHaveLength(3)
  })

  it('[E7] resumes a run that has begun and starts one that has not', () => {
    const [resume] = fillSlots(sweepOf([begun('a', 3)]), () => true)
    expect(resume).toEqual({
      kind: 'resume',
      runId: 'a',
      rule: 'E7',
      atSamples: 300,
      observed: null,
      threshold: null,
      peers: [],
      savedSamples: 0,
    })
    expect(fill([fresh('a')], 1)).toEqual(['a start'])
  })

  it('[E7] takes pinned runs first, then the urgent, then the order of exploration', () => {
    const runs = [fresh('a'), begun('b', 1), begun('c', 2), fresh('d', { pinned: true })]
    expect(fill(runs, 3)).toEqual(['d start', 'c resume', 'b resume'])
    const orderOf = (seed: number) =>
      fill(
        ['a', 'b', 'c', 'd', 'e'].map((id) => fresh(id)),
        5,
        undefined,
        seed,
      )
    expect(orderOf(1)).toEqual(orderOf(1))
    expect(new Set([1, 2, 3, 4].map((seed) => orderOf(seed).join())).size).toBeGreaterThan(1)
  })

  it('[E7] takes an urgency of the policy where it has one', () => {
    const runs = [begun('a', 1), begun('b', 2)]
    const decisions = fillSlots(
      sweepOf(runs, { slots: 1 }),
      () => true,
      (run) => -run.points.length,
    )
    expect(decisions.map(({ runId }) => runId)).toEqual(['a'])
  })

  it('[E7] passes over runs that may not train now, are out or are over', () => {
    const runs = [
      fresh('a'),
      begun('b', 1, { state: 'parked', stopReason: 'underperforming' }),
      begun('c', 1, { state: 'done' }),
      begun('d', 1, { state: 'failed' }),
      begun('e', 1, { audited: true }),
      begun('f', 1, { state: 'parked', stopReason: 'preempted' }),
    ]
    expect(fill(runs, 9, (run) => run.id !== 'a')).toEqual(['f resume'])
  })

  it('[E15] counts a slot that an audit uses as free', () => {
    expect(fill([runWith('a', [1], { audited: true }), fresh('b')], 1)).toEqual(['b start'])
  })

  it('[E4] draws an order from seed and run alone', () => {
    expect(explorationOrder(1, 'a')).toBe(explorationOrder(1, 'a'))
    expect(explorationOrder(1, 'a')).not.toBe(explorationOrder(2, 'a'))
    expect(explorationOrder(1, 'a')).not.toBe(explorationOrder(1, 'b'))
  })
})
