import { describe, expect, it } from 'vitest'
import { aNode, aRun, aSnapshot, aSweep, KEEP_ALL } from '../../test/builders/tuning-snapshot'
import { decideTuning } from '../decide'
import type { Action } from '../model/plan'
import type { ExecutorView, GpuLease, SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import type { ExitDecision, RunView } from '../model/tuning'

const params = (batch_size: number, rank = 8) => ({ learning_rate: 1e-4, rank, batch_size })
const training = (id: string, over: Partial<RunView> = {}) => aRun(id, { state: 'training', ...over })
const lease = (sweep: string, gpuId: string): GpuLease => ({
  gpuId,
  holder: { kind: 'sweep', id: sweep },
  epoch: 1,
  expiresAt: 9e9,
})
const executor = (
  sweep: string,
  number: number,
  runIds: string[],
  over: Partial<ExecutorView> = {},
): ExecutorView => ({
  id: `${sweep}/x${number}`,
  sweepId: sweep,
  baseModel: 'llama',
  gpuIds: [`n0/${number}`],
  state: 'ready',
  slots: 4,
  maxLength: 100,
  runIds,
  ...over,
})
const decision = (
  kind: ExitDecision['kind'],
  runId: string,
  over: Partial<ExitDecision> = {},
): ExitDecision => ({
  kind,
  runId,
  rule: 'E1',
  atSamples: 10,
  observed: null,
  threshold: null,
  peers: [],
  savedSamples: 5,
  ...over,
})
const answering = (...answers: ExitDecision[]): TuningPolicy => ({ ...KEEP_ALL, exits: () => answers })

function actions(over: Partial<TuningSnapshot>, policy = KEEP_ALL): readonly Action[] {
  return decideTuning(aSnapshot(over), policy, 0).actions
}
const brief = (list: readonly Action[]) =>
  list.map((action) => {
    const id =
      'runId' in action
        ? action.runId
        : 'executorId' in action
          ? action.executorId
          : 'sweepId' in action
            ? action.sweepId
            : action.id
    return `${action.kind} ${action.subject} ${id}`
  })

/** One sweep on one GPU with one executor. */
const one = (
  runs: RunView[],
  inside: string[],
  over: Partial<ExecutorView> = {},
  sweep: Partial<SweepWork> = {},
) => ({
  sweeps: [aSweep('s', runs, { state: 'running', ...sweep })],
  leases: [lease('s', 'n0/0')],
  executors: [executor('s', 0, inside, over)],
})

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
