import { describe, expect, it } from 'vitest'
import {
  actions,
  answering,
  brief,
  executor,
  lease,
  params,
  training,
} from '../../test/builders/one-executor'
import { aNode, aRun, aSweep } from '../../test/builders/tuning-snapshot'
import type { RunView } from '../model/tuning'

describe('executors that are given back', () => {
  const two = (first: string[], second: string[], runs: RunView[], waiting: boolean) => ({
    nodes: [aNode('n0', 2)],
    sweeps: [
      aSweep('s', runs, {
        gpus: 2,
        state: 'running',
        moveSeconds: 10,
        work: runs.map((run) => ({ runId: run.id, stepSeconds: 1, samples: 0 })),
      }),
      ...(waiting ? [aSweep('w', 1, { baseModel: 'qwen' })] : []),
    ],
    leases: [lease('s', 'n0/0'), lease('s', 'n0/1')],
    executors: [executor('s', 0, first), executor('s', 1, second)],
  })

  it('[K10] an empty executor with nobody to come is ended and its GPU is free', () => {
    const list = actions(two(['a'], [], [training('a')], false))
    expect(brief(list)).toEqual(['stop executor s/x1', 'resize sweep s'])
    expect(list).toEqual([
      {
        kind: 'stop',
        subject: 'executor',
        executorId: 's/x1',
        why: { rule: 'K10', message: 's/x1 has no run left.' },
      },
      {
        kind: 'resize',
        subject: 'sweep',
        sweepId: 's',
        gpuIds: ['n0/0'],
        why: { rule: 'K10', message: 's gives back 1 GPU: it has no run for them.' },
      },
    ])
    const starting = two(['a'], [], [training('a')], false)
    const loading = starting.executors.map((one) => ({ ...one, state: 'starting' as const }))
    expect(actions({ ...starting, executors: loading })).toEqual([])
    const preempted = [training('a'), aRun('b', { state: 'parked', stopReason: 'preempted' })]
    expect(actions(two(['a'], [], preempted, false), answering())).toEqual([])
    const stopped = [training('a'), aRun('b', { state: 'parked', stopReason: 'diverged' })]
    expect(brief(actions(two(['a'], [], stopped, false), answering()))).toEqual([
      'stop executor s/x1',
      'resize sweep s',
    ])
    const pending = two(['a'], [], [training('a'), aRun('b')], false)
    expect(brief(actions(pending, answering()))).toEqual(['hold run b'])
  })

  it('[K10] the last executor stays until the sweep ends', () => {
    expect(brief(actions(two([], [], [aRun('a', { state: 'done' })], false)))).toEqual([
      'stop executor s/x1',
      'resize sweep s',
    ])
  })

  it('[K9] where others wait for GPUs the emptiest executor moves into the rest', () => {
    const runs = [training('a'), training('b'), training('c')]
    const list = actions(two(['a', 'b'], ['c'], runs, true))
    expect(brief(list)).toEqual(['hold sweep w', 'pause run c', 'stop executor s/x1', 'resize sweep s'])
    expect(list.slice(1)).toEqual([
      {
        kind: 'pause',
        subject: 'run',
        runId: 'c',
        reason: 'preempted',
        why: {
          rule: 'K9',
          message: 'Moves out of s/x1, which is ended, into another executor of its sweep.',
        },
      },
      {
        kind: 'stop',
        subject: 'executor',
        executorId: 's/x1',
        why: { rule: 'K9', message: 'The runs of s/x1 fit into the other executors.' },
      },
      {
        kind: 'resize',
        subject: 'sweep',
        sweepId: 's',
        gpuIds: ['n0/0'],
        why: { rule: 'K9', message: 's gives back 1 GPU: it has no run for them.' },
      },
    ])
    expect(brief(actions(two(['a', 'b'], ['c'], runs, false)))).toEqual([])
    const full = two(['a', 'b', 'd'], ['c', 'e'], [...runs, training('d'), training('e')], true)
    expect(brief(actions(full))).toEqual(['hold sweep w'])
    const turned = two(['c'], ['a', 'b'], runs, true)
    expect(brief(actions(turned))).toEqual([
      'hold sweep w',
      'pause run c',
      'stop executor s/x0',
      'resize sweep s',
    ])
  })

  it('[K9] not where they do not fit, nor where the move costs more than it is worth', () => {
    const large = ['a', 'b', 'c'].map((id) => training(id, { params: params(50) }))
    expect(brief(actions(two(['a', 'b'], ['c'], large, true)))).toEqual(['hold sweep w'])
    const pays = (fullSamples: number) =>
      actions(
        two(
          ['a', 'b'],
          ['c'],
          ['a', 'b', 'c'].map((id) => training(id, { fullSamples })),
          true,
        ),
      ).length > 1
    // A move costs 10 s and a step takes 1 s: 20 steps do not pay, 21 do.
    expect([20, 21].map(pays)).toEqual([false, true])
    // What it trained already does not count.
    const runs = ['a', 'b', 'c'].map((id) => training(id, { fullSamples: 100 }))
    const state = two(['a', 'b'], ['c'], runs, true)
    const nearlyDone = runs.map((run) => ({ runId: run.id, stepSeconds: 1, samples: 80 }))
    const [sweep, ...others] = state.sweeps
    expect(brief(actions({ ...state, sweeps: [{ ...sweep!, work: nearlyDone }, ...others] }))).toEqual([
      'hold sweep w',
    ])
    // Nothing known: a step of 1 s, a move of 60 s.
    const unknown = (fullSamples: number) => {
      const longer = runs.map((run) => ({ ...run, fullSamples }))
      const blank = { ...sweep!, moveSeconds: undefined, work: [], view: { ...sweep!.view, runs: longer } }
      return actions({ ...state, sweeps: [blank, ...others] }).length > 1
    }
    expect([120, 121].map(unknown)).toEqual([false, true])
  })
})
