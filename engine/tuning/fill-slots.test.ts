import { describe, expect, it } from 'vitest'
import {
  actions,
  answering,
  brief,
  decision,
  executor,
  lease,
  one,
  params,
  training,
} from '../../test/builders/one-executor'
import { aNode, aRun, aSnapshot, aSweep, KEEP_ALL } from '../../test/builders/tuning-snapshot'
import { decideTuning } from '../decide'
import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import type { RunView } from '../model/tuning'

describe('early exits in a plan', () => {
  it('[K1] only the policy starts runs; answers about unknown runs are dropped', () => {
    const state = one([training('a'), aRun('b'), aRun('c')], ['a'])
    expect(
      brief(
        actions(
          state,
          answering(decision('start', 'c'), decision('start', 'ghost'), decision('stop', 'ghost')),
        ),
      ),
    ).toEqual(['place run c', 'hold run b'])
  })

  it('[K2] a pinned run is never stopped or paused, and each run is acted on once', () => {
    const state = one([training('a', { pinned: true }), training('b'), training('c')], ['a', 'b', 'c'])
    const answers = [
      decision('stop', 'a'),
      decision('pause', 'a'),
      decision('stop', 'b', { reason: 'diverged' }),
      decision('stop', 'b'),
      decision('pause', 'c'),
      decision('stop', 'c'),
    ]
    const list = actions(state, answering(...answers))
    expect(brief(list)).toEqual(['stop run b', 'pause run c'])
    expect(list[0]).toMatchObject({
      reason: 'diverged',
      exit: answers[2],
      why: { rule: 'E1', message: 'Stopped by E1 at 10 samples; 5 samples need not be trained.' },
    })
    expect(list[1]).toMatchObject({
      reason: 'rung',
      why: { message: 'Waits at 10 samples until its peers have arrived.' },
    })
  })

  it('[K1] comparisons that were survived are kept as rows', () => {
    const kept = decision('keep', 'a', { rung: 2 })
    const plan = decideTuning(aSnapshot(one([training('a')], ['a'])), answering(kept), 0)
    expect(plan.kept).toEqual([kept])
    expect(plan.actions).toEqual([])
  })

  it('[K6] a slot is filled again in the plan that frees it; a parked run is resumed', () => {
    const parked = aRun('p', { state: 'parked', stopReason: 'underperforming' })
    const state = one([training('a'), parked], ['a'], { slots: 1 })
    const list = actions(state, answering(decision('stop', 'a'), decision('resume', 'p', { rule: 'E66' })))
    expect(brief(list)).toEqual(['stop run a', 'resume run p'])
    expect(list[1]).toMatchObject({
      executorId: 's/x0',
      gpuIds: ['n0/0'],
      exit: { rule: 'E66' },
      why: { rule: 'K5' },
    })
  })
})

describe('executors and slots', () => {
  it('[K3] one executor for each GPU, with its share of the runs, within maxSlots and memory', () => {
    const slots = (runs: RunView[], over: Partial<SweepWork> = {}, maxSlots = 8) =>
      actions(
        { nodes: [aNode('n0', 2)], sweeps: [aSweep('s', runs, { gpus: 2, ...over })] },
        { ...KEEP_ALL, maxSlots },
      ).flatMap((action) =>
        action.kind === 'place' && action.subject === 'executor'
          ? [`${action.executorId} ${action.gpuIds} ${action.slots}`]
          : [],
      )
    const many = Array.from({ length: 9 }, (_, i) => aRun(`r${i}`))
    expect(slots(many)).toEqual(['s/x0 n0/0 5', 's/x1 n0/1 5'])
    expect(slots(many, {}, 3)).toEqual(['s/x0 n0/0 3', 's/x1 n0/1 3'])
    // 62 GB are left beside the backbone, a run of batch 40 takes 20.5.
    expect(slots(Array.from({ length: 9 }, (_, i) => aRun(`r${i}`, { params: params(40) })))).toEqual([
      's/x0 n0/0 3',
      's/x1 n0/1 3',
    ])
    expect(slots(many, { gpusPerExecutor: 2 })).toEqual(['s/x0 n0/0,n0/1 8'])
    expect(slots([aRun('r', { state: 'done' })])).toEqual([])
  })

  it('[K4] nobody enters beyond the memory; [K6] who does not fit lets the next pass', () => {
    const big = aRun('big', { params: params(200) })
    const list = actions(
      one([training('a'), big, aRun('z')], ['a'], { slots: 2 }),
      answering(decision('start', 'big'), decision('start', 'z')),
    )
    expect(brief(list)).toEqual(['place run z', 'hold run big'])
  })

  it('[K6] the policy is asked again where its choice did not fit and a slot is free', () => {
    const big = aRun('big', { params: params(200) })
    const policy: TuningPolicy = {
      ...KEEP_ALL,
      exits: (view) => [decision('start', 'big'), decision('start', 'z')].slice(0, view.slots - 1),
    }
    expect(brief(actions(one([training('a'), big, aRun('z')], ['a'], { slots: 2 }), policy))).toEqual([
      'place run z',
      'hold run big',
    ])
  })

  it('[K5] a run joins the executor where most step in equal time, then the emptiest', () => {
    const runs = [
      training('a', { params: params(2) }),
      training('b', { params: params(4) }),
      training('c', { params: params(4) }),
      aRun('two', { params: params(2) }),
      aRun('four', { params: params(4) }),
      aRun('one', { params: params(1) }),
    ]
    const list = actions({
      nodes: [aNode('n0', 2)],
      sweeps: [aSweep('s', runs, { gpus: 2, state: 'running' })],
      leases: [lease('s', 'n0/0'), lease('s', 'n0/1')],
      executors: [executor('s', 0, ['a']), executor('s', 1, ['b', 'c'])],
    })
    const where = Object.fromEntries(
      list.flatMap((action) =>
        'executorId' in action && action.subject === 'run' ? [[action.runId, action.executorId]] : [],
      ),
    )
    expect(where).toMatchObject({ two: 's/x0', four: 's/x1' })
  })

  it('[K8] every reason of a waiting run', () => {
    const reasons = (state: Partial<TuningSnapshot>, policy = answering()) =>
      actions(state, policy).flatMap((action) => (action.kind === 'hold' ? [action.reasons] : []))
    expect(reasons(one([training('a'), aRun('b')], ['a'], { slots: 1 }))).toEqual([
      [{ code: 'slots-busy', message: 'All 1 slots of s train other runs.', requested: 1, available: 0 }],
    ])
    expect(reasons(one([training('a'), aRun('b')], ['a']))).toEqual([
      [
        {
          code: 'peers',
          message: 'Waits for its peers: the early-exit policy compares it before it goes on.',
          requested: 1,
          available: 3,
        },
      ],
    ])
    const large = [training('a', { params: params(60) }), aRun('b', { params: params(70, 16) })]
    expect(reasons(one(large, ['a']))[0]).toEqual([
      {
        code: 'memory',
        message: 'Rank 16 at batch 70 needs 36.0 GB and 31.5 GB is free beside the runs that train.',
        requested: 36e9,
        available: 31.5e9,
      },
    ])
    const points = [{ step: 1, samples: 70, trainLoss: 1, valLoss: 1 }]
    const paused = [large[0]!, { ...large[1]!, points }]
    expect(reasons(one(paused, ['a']))[0]!.map(({ code }) => code)).toEqual(['peers'])
    expect(reasons(one([training('a'), aRun('b')], ['a'], {}, { paused: true }))[0]![0]).toMatchObject({
      code: 'paused-by-user',
    })
  })
})

describe('the whole plan of one sweep', () => {
  it('[K3] [K5] every word of it', () => {
    const other = aNode('n1', 1, { state: 'disconnected' })
    const list = actions({ nodes: [aNode('n0', 1), other], sweeps: [aSweep('s', [aRun('a'), aRun('b')])] })
    expect(list.slice(1)).toEqual([
      {
        kind: 'place',
        subject: 'executor',
        executorId: 's/x0',
        sweepId: 's',
        baseModel: 'llama',
        gpuIds: ['n0/0'],
        slots: 2,
        maxLength: 100,
        why: { rule: 'K3', message: '2 slots on n0/0: 2 runs are left for 1 executor.' },
      },
      ...[1, 2].map((slot) => {
        const [first, second] = list.slice(2).map((action) => (action as { runId: string }).runId)
        return {
          kind: 'place',
          subject: 'run',
          runId: slot === 1 ? first : second,
          executorId: 's/x0',
          gpuIds: ['n0/0'],
          exit: expect.objectContaining({ kind: 'start', rule: 'E7' }),
          why: {
            rule: 'K5',
            message: `Slot ${slot} of 2 in s/x0; ${slot - 1} of its neighbours ${slot === 2 ? 'has' : 'have'} steps of the same length.`,
          },
        }
      }),
    ])
  })

  it('[K3] a second executor gets the next free name, and GPUs of nodes that do not answer get none', () => {
    const runs = Array.from({ length: 3 }, (_, i) => aRun(`r${i}`))
    const state = {
      nodes: [aNode('n0', 2), aNode('n1', 1, { state: 'disconnected' })],
      sweeps: [aSweep('s', runs, { gpus: 3, state: 'running' })],
      leases: [lease('s', 'n0/0'), lease('s', 'n0/1'), lease('s', 'n1/0')],
      executors: [executor('s', 0, [])],
    }
    const placed = actions(state).flatMap((action) =>
      action.kind === 'place' && action.subject === 'executor' ? [action] : [],
    )
    expect(placed).toMatchObject([
      {
        executorId: 's/x1',
        gpuIds: ['n0/1'],
        slots: 1,
        why: { message: '1 slot on n0/1: 3 runs are left for 3 executors.' },
      },
    ])
  })

  it('[K1] nobody enters an executor that ends, and a run that ended is neither stopped nor started', () => {
    expect(brief(actions(one([aRun('a')], [], { state: 'ending' })))).toEqual([])
    const over = [aRun('a', { state: 'done' }), aRun('b', { state: 'parked', stopReason: 'diverged' })]
    const answers = [
      decision('stop', 'a'),
      decision('start', 'a'),
      decision('stop', 'b'),
      decision('pause', 'b'),
    ]
    expect(actions(one(over, []), answering(...answers))).toEqual([])
    const both = answering(decision('start', 'c'), decision('stop', 'c'))
    const [stop, ...rest] = actions(one([aRun('c')], []), both)
    expect(stop).toMatchObject({ kind: 'stop', runId: 'c', reason: 'underperforming' })
    expect(rest).toEqual([])
  })

  it('[K4] to the byte: a run that just fits enters', () => {
    // 62 GB beside the backbone: 61 runs of 1 GB and one of exactly 1 GB more, but not one of 1.5 GB.
    const full = [training('a', { params: params(121) })]
    expect(brief(actions(one([...full, aRun('b')], ['a'])))).toEqual(['place run b'])
    expect(brief(actions(one([...full, aRun('b', { params: params(2) })], ['a'])))).toEqual(['hold run b'])
  })
})

describe('lending', () => {
  const guests = (state: 'waiting' | 'training') => [aRun('g0', { state }), aRun('g1', { state: 'waiting' })]

  it('[K7] only to the same base model and to samples that are short enough, and only where it is on', () => {
    const over = one([training('a')], ['a'])
    const lent = (guest: Partial<SweepWork>, policy = KEEP_ALL) =>
      brief(
        actions({ ...over, sweeps: [...over.sweeps, aSweep('g', guests('waiting'), guest)] }, policy),
      ).filter((text) => text.startsWith('place run'))
    expect(lent({}).sort()).toEqual(['place run g0', 'place run g1'])
    const [first] = actions({
      ...over,
      sweeps: [...over.sweeps, aSweep('g', guests('waiting').slice(0, 1))],
    }).filter((action) => action.kind === 'place')
    expect(first).toMatchObject({
      lentBy: 's',
      why: {
        rule: 'K7',
        message: 'Slot 2 of 4 in s/x0, lent; 1 of its neighbours has steps of the same length.',
      },
    })
    expect(lent({ baseModel: 'qwen' })).toEqual([])
    expect(lent({ maxLength: 101 })).toEqual([])
    expect(lent({ paused: true })).toEqual([])
    expect(lent({}, { ...KEEP_ALL, lend: false })).toEqual([])
  })

  it('[K7] a guest makes the steps of the owner at most a tenth longer', () => {
    const lent = (baseSeconds: number) => {
      const over = one([training('a')], ['a'], { step: { baseSeconds, secondsPerToken: 0.01 } })
      const list = actions({ ...over, sweeps: [...over.sweeps, aSweep('g', guests('waiting'))] })
      return brief(list).filter((text) => text.startsWith('place run')).length
    }
    // A run has 100 tokens and adds 1 s to a step of base + 1 s: one guest is a tenth of 10 s, two of 20 s.
    expect([8.9, 9, 18.9, 19].map(lent)).toEqual([0, 1, 1, 2])
  })

  it('[K7] spare slots are offered only where no sweep waits for GPUs and widening is on', () => {
    const offered = (sweeps: SweepWork[], policy: Partial<TuningPolicy> = {}) => {
      const seen: number[] = []
      const exits: TuningPolicy['exits'] = (view, sweep) => {
        if (sweep.id === 'g') seen.push(view.spareSlots ?? 0)
        return []
      }
      const nodes = [aNode('n0', 2)]
      const gpus = [lease('s', 'n0/0'), lease('g', 'n0/1')]
      actions(
        { ...one([training('a')], ['a']), nodes, leases: gpus, sweeps },
        { ...KEEP_ALL, ...policy, exits },
      )
      return Math.max(...seen)
    }
    const s = aSweep('s', [training('a')], { state: 'running' })
    const g = aSweep('g', guests('waiting'), { state: 'running' })
    expect(offered([s, g])).toBe(3)
    expect(offered([s, g], { widen: false })).toBe(0)
    expect(offered([s, g, aSweep('w', 1)])).toBe(0)
  })

  it('[K7] the owner takes a lent slot back when it wants it', () => {
    const over = one([training('a'), aRun('b')], ['a', 'g0'], { slots: 2 })
    const list = actions({ ...over, sweeps: [...over.sweeps, aSweep('g', guests('training').slice(0, 1))] })
    expect(brief(list)).toEqual(['hold sweep g', 'pause run g0', 'place run b'])
    expect(list[1]).toMatchObject({
      reason: 'preempted',
      why: {
        rule: 'K7',
        message: 'Its slot was lent by s, which needs it for b; it comes back when a slot is free.',
      },
    })
  })
})
