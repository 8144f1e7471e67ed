import { describe, expect, it } from 'vitest'
import { aNode, aRun, aSnapshot, aSweep, GB, KEEP_ALL } from '../test/builders/tuning-snapshot'
import { decideTuning } from './decide'

describe('decideTuning', () => {
  it('[P1] grants a gang, starts an executor on it and fills its slots in one plan', () => {
    const plan = decideTuning(aSnapshot({ sweeps: [aSweep('s', 3)] }), KEEP_ALL, 1000)
    expect(plan.version).toBe(7)
    expect(plan.actions.map((action) => `${action.kind} ${action.subject}`)).toEqual([
      'place sweep',
      'place executor',
      'place run',
      'place run',
      'place run',
    ])
    expect(plan.actions[0]).toMatchObject({ sweepId: 's', gpuIds: ['n0/0'] })
    expect(plan.actions[1]).toMatchObject({ executorId: 's/x0', gpuIds: ['n0/0'], slots: 3, maxLength: 100 })
    expect(plan.actions[2]).toMatchObject({ executorId: 's/x0', gpuIds: ['n0/0'] })
  })

  it('[P1] higher priority goes first, then earlier submission', () => {
    const sweeps = [
      aSweep('late', 1, { submittedAt: 5 }),
      aSweep('early', 1, { submittedAt: 1 }),
      aSweep('urgent', 1, { submittedAt: 9, priority: 1 }),
    ]
    const nodes = [aNode('n0', 2)]
    const placed = decideTuning(aSnapshot({ nodes, sweeps }), KEEP_ALL, 0).actions.flatMap((action) =>
      action.kind === 'place' && action.subject === 'sweep' ? [action.sweepId] : [],
    )
    expect(placed).toEqual(['urgent', 'early'])
  })

  it('[P2] a gang is granted whole or held with every reason', () => {
    const nodes = [aNode('n0', 2), aNode('n1', 4, { scheduling: 'draining' })]
    const sweeps = [aSweep('wide', 2, { gpus: 4, spread: false })]
    const plan = decideTuning(aSnapshot({ nodes, sweeps }), KEEP_ALL, 0)
    expect(plan.actions).toEqual([
      {
        kind: 'hold',
        subject: 'sweep',
        id: 'wide',
        reasons: [
          {
            code: 'node-drained',
            message: 'n1 is being drained; its 4 GPUs take nothing new.',
            requested: 4,
            available: 0,
          },
          {
            code: 'gpus-busy',
            message: 'Needs 4 GPUs on one node and at most 2 are free on one.',
            requested: 4,
            available: 2,
          },
        ],
        unblock: { action: 'end-drain', target: 'n1', effect: 'n1 has 4 free: it starts now' },
      },
    ])
  })

  it('[K4] a run that does not fit beside the others waits with the numbers', () => {
    const big = aRun('big', { params: { learning_rate: 1e-4, rank: 8, batch_size: 200 } })
    const small = aRun('small')
    const snapshot = aSnapshot({ sweeps: [aSweep('s', [big, small])] })
    const plan = decideTuning(snapshot, KEEP_ALL, 0)
    const hold = plan.actions.find((action) => action.kind === 'hold')
    expect(hold).toMatchObject({
      subject: 'run',
      id: 'big',
      reasons: [{ code: 'slots-busy' }, { code: 'memory', requested: 100.5 * GB, available: 61 * GB }],
    })
  })

  it('[K7] slots that nobody of the sweep wants are lent to a waiting sweep of the same base model', () => {
    const owner = aSweep('owner', [aRun('o0', { state: 'training' })], { state: 'running' })
    const snapshot = aSnapshot({
      sweeps: [owner, aSweep('guest', 2, { submittedAt: 1 })],
      leases: [{ gpuId: 'n0/0', holder: { kind: 'sweep', id: 'owner' }, epoch: 1, expiresAt: 9999 }],
      executors: [
        {
          id: 'owner/x0',
          sweepId: 'owner',
          baseModel: 'llama',
          gpuIds: ['n0/0'],
          state: 'ready',
          slots: 3,
          maxLength: 100,
          runIds: ['o0'],
        },
      ],
    })
    const plan = decideTuning(snapshot, KEEP_ALL, 0)
    const placed = plan.actions.filter((action) => action.kind === 'place')
    expect(placed).toHaveLength(2)
    for (const action of placed) expect(action).toMatchObject({ executorId: 'owner/x0', lentBy: 'owner' })
    const holds = plan.actions.filter((action) => action.kind === 'hold')
    expect(holds).toMatchObject([{ subject: 'sweep', id: 'guest', reasons: [{ code: 'gpus-busy' }] }])
  })
})
