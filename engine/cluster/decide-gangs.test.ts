import { describe, expect, it } from 'vitest'
import { aNode, aSnapshot, aSweep, GB, KEEP_ALL } from '../../test/builders/tuning-snapshot'
import type { Hold } from '../model/plan'
import type { GpuLease, SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import { effectivePriority } from './classes'
import { decideGangs } from './decide-gangs'

const leases = (sweep: string, ...gpuIds: string[]): GpuLease[] =>
  gpuIds.map((gpuId) => ({ gpuId, holder: { kind: 'sweep', id: sweep }, epoch: 1, expiresAt: 9e9 }))
const seconds = (p50: number) => ({ p10: 0.8 * p50, p50, p90: 1.5 * p50 })
const running = (id: string, gpus: number, left: number, over: Partial<SweepWork> = {}) =>
  aSweep(id, 2, { gpus, state: 'running', remaining: seconds(left), ...over })
const waiting = (id: string, gpus: number, left: number, over: Partial<SweepWork> = {}) =>
  aSweep(id, 2, { gpus, remaining: seconds(left), ...over })

function decide(over: Partial<TuningSnapshot>, policy: Partial<TuningPolicy> = {}, now = 0) {
  return decideGangs(aSnapshot(over), { ...KEEP_ALL, ...policy }, now)
}
const started = (gangs: ReturnType<typeof decide>) =>
  gangs.actions.flatMap((action) => (action.kind === 'place' ? [action.sweepId] : []))
const holds = (gangs: ReturnType<typeof decide>) =>
  Object.fromEntries(
    gangs.actions.flatMap((action) => (action.kind === 'hold' ? [[action.id, action as Hold]] : [])),
  )

describe('decideGangs', () => {
  it('[P4] a sweep that lost a node gets new GPUs before anybody else, if it has runs that wait', () => {
    const nodes = [aNode('n0', 2), aNode('n1', 2, { state: 'lost' }), aNode('n2', 2)]
    const sweeps = [running('hurt', 4, 100), waiting('new', 2, 100, { priority: 5 })]
    const gangs = decide({ nodes, sweeps, leases: leases('hurt', 'n0/0', 'n0/1', 'n1/0', 'n1/1') })
    expect(gangs.actions[0]).toMatchObject({
      kind: 'resize',
      sweepId: 'hurt',
      gpuIds: ['n0/0', 'n0/1', 'n2/0', 'n2/1'],
      why: { rule: 'P4', message: 'hurt held 2 of 4 GPUs; n2/0, n2/1 make it whole again.' },
    })
    expect(started(gangs)).toEqual([])
    const done = aSweep('hurt', [{ ...sweeps[0]!.view.runs[0]!, state: 'training' }], {
      gpus: 4,
      state: 'running',
    })
    const other = decide({ nodes, sweeps: [done, sweeps[1]!], leases: leases('hurt', 'n0/0', 'n0/1') })
    expect(started(other)).toEqual(['new'])
  })

  it('[P5] each reason with its numbers', () => {
    const reasons = (sweep: SweepWork, over: Partial<TuningSnapshot>) =>
      holds(decide({ ...over, sweeps: [sweep, ...(over.sweeps ?? [])] }))[sweep.id]!.reasons
    expect(reasons(waiting('s', 2, 9), { nodes: [] })).toEqual([
      { code: 'no-agent', message: 'No node has joined the cluster yet.', requested: 2, available: 0 },
    ])
    expect(reasons(waiting('s', 9, 9), { nodes: [aNode('n0', 8)] })[0]).toEqual({
      code: 'gpus-missing',
      message: 'Needs 9 GPUs and the cluster has 8.',
      requested: 9,
      available: 8,
    })
    const two = [aNode('n0', 4), aNode('n1', 4)]
    expect(reasons(waiting('s', 6, 9, { spread: false }), { nodes: two })[0]).toEqual({
      code: 'node-too-small',
      message: 'Needs 6 GPUs on one node and the largest node has 4.',
      requested: 6,
      available: 4,
    })
    const fat = waiting('s', 1, 9)
    const large = { ...fat, memory: { ...fat.memory, backboneBytes: 89 * GB } }
    expect(reasons(large, { nodes: two })[0]).toEqual({
      code: 'memory',
      message: 'Needs 100 GB on each of 1 GPU and the largest GPU has 80 GB.',
      requested: 100 * GB,
      available: 80 * GB,
    })
    const away = [
      aNode('n0', 1, { state: 'disconnected' }),
      aNode('n1', 2, { scheduling: 'cordoned' }),
      aNode('n2', 1),
    ]
    expect(reasons(waiting('s', 3, 9), { nodes: away }).map(({ message }) => message)).toEqual([
      'n0 does not answer; its 1 GPU cannot be granted.',
      'n1 is cordoned; its 2 GPUs take nothing new.',
      'Needs 3 GPUs and 1 is free.',
    ])
    expect(reasons(waiting('s', 1, 9, { paused: true }), { nodes: two })[0]).toMatchObject({
      code: 'paused-by-user',
    })
  })

  it('[P5] a held sweep knows when it is expected to start', () => {
    const gangs = decide(
      { sweeps: [running('now', 1, 100), waiting('next', 1, 50)], leases: leases('now', 'n0/0') },
      {},
      1000,
    )
    expect(holds(gangs).next!.expectedStart).toEqual({ p10: 1080, p50: 1100, p90: 1150 })
    expect(gangs.planned).toEqual([
      {
        sweepId: 'next',
        gpuIds: ['n0/0'],
        start: { p10: 1080, p50: 1100, p90: 1150 },
        end: { p10: 1120, p50: 1150, p90: 1225 },
      },
    ])
  })

  it('[P6] a lower priority only fills what the higher leave: it may pass only where it delays nobody', () => {
    const sweeps = [
      running('now', 3, 100),
      waiting('wide', 4, 50, { priority: 1 }),
      waiting('short', 1, 90),
      waiting('long', 1, 150),
    ]
    const gangs = decide({ nodes: [aNode('n0', 4)], sweeps, leases: leases('now', 'n0/0', 'n0/1', 'n0/2') })
    expect(started(gangs)).toEqual(['short'])
    expect(holds(gangs).wide!.expectedStart!.p50).toBe(100)
    expect(holds(gangs).long!.expectedStart!.p50).toBe(150)
  })

  it('[P6] where free GPUs are kept for others, the reason says for whom', () => {
    const sweeps = [running('now', 3, 100), waiting('wide', 4, 50, { priority: 1 }), waiting('long', 1, 150)]
    const gangs = decide({ nodes: [aNode('n0', 4)], sweeps, leases: leases('now', 'n0/0', 'n0/1', 'n0/2') })
    expect(holds(gangs).long!.reasons).toEqual([
      {
        code: 'priority',
        message: '1 GPUs are free, and a shorter plan for all keeps them for wide.',
        requested: 1,
        available: 1,
      },
    ])
  })

  it('[P7] waiting raises the priority by one level each time, so that nobody starves', () => {
    const policy = { ...KEEP_ALL, agingSeconds: 100 }
    const old = waiting('old', 1, 10, { submittedAt: 0 })
    expect(effectivePriority(old, policy, 99)).toBe(0)
    expect(effectivePriority(old, policy, 250)).toBe(2)
    const late = waiting('late', 1, 10, { priority: 1, submittedAt: 210 })
    const over = { sweeps: [old, late] }
    expect(started(decide(over, { agingSeconds: 100 }, 250))).toEqual(['old'])
    expect(started(decide(over, { agingSeconds: 1000 }, 250))).toEqual(['late'])
  })

  it('[P7] under a stream of urgent arrivals an old sweep starts within the stated bound', () => {
    const agingSeconds = 100
    const levels = 3
    let free = 0
    const queue = [waiting('old', 1, 30, { submittedAt: 0 })]
    for (let now = 0; now <= 2000; now += 10) {
      queue.push(waiting(`u${now}`, 1, 30, { priority: levels, submittedAt: now }))
      if (now < free) continue
      const [first] = started(decide({ sweeps: queue }, { agingSeconds }, now))
      if (first === 'old') {
        // Those before it at (levels + 1) · ageing, 30 s each, and nobody else.
        const before = ((levels + 1) * agingSeconds) / 10
        expect(now).toBeLessThanOrEqual((levels + 1) * agingSeconds + 30 * before)
        return
      }
      queue.splice(
        queue.findIndex((sweep) => sweep.id === first),
        1,
      )
      free = now + 30
    }
    expect.unreachable('the old sweep starved')
  })

  it('[P19] within a priority, who would miss its deadline by waiting goes first', () => {
    const sweeps = [waiting('first', 1, 100), waiting('due', 1, 100, { submittedAt: 5, deadline: 250 })]
    expect(started(decide({ sweeps }))).toEqual(['due'])
    const relaxed = [sweeps[0]!, { ...sweeps[1]!, deadline: 9000 }]
    expect(started(decide({ sweeps: relaxed }, { planBudget: 1 }))).toEqual(['first'])
  })

  it('[P20] a project above its fair share goes behind the others, and says so', () => {
    const nodes = [aNode('n0', 4)]
    const sweeps = [
      running('a1', 3, 100, { projectId: 'a' }),
      waiting('a2', 1, 10, { projectId: 'a' }),
      waiting('b1', 1, 10, { projectId: 'b', submittedAt: 5 }),
    ]
    const over = { nodes, sweeps, leases: leases('a1', 'n0/0', 'n0/1', 'n0/2') }
    const gangs = decide(over)
    expect(started(gangs)).toEqual(['b1'])
    expect(holds(gangs).a2!.reasons).toContainEqual({
      code: 'fair-share',
      message: 'Project a holds 3 GPUs and its share is 2.0.',
      requested: 4,
      available: 2,
    })
    const shares = [{ projectId: 'a', name: 'legal', weight: 9 }]
    expect(started(decide({ ...over, shares }, { planBudget: 1 }))).toEqual(['a2'])
    const alone = sweeps.map((sweep) => ({ ...sweep, projectId: 'a' }))
    expect(holds(decide({ ...over, sweeps: alone })).b1!.reasons.map(({ code }) => code)).toEqual([
      'gpus-busy',
    ])
  })

  it('[P21] parks a running sweep for a higher priority where the gain is above twice the cost', () => {
    const victim = running('low', 2, 1000, { moveSeconds: 30 })
    const urgent = waiting('urgent', 2, 100, { priority: 1 })
    const over = { nodes: [aNode('n0', 2)], sweeps: [victim, urgent], leases: leases('low', 'n0/0', 'n0/1') }
    const [move, ...others] = decide(over).actions
    expect(move).toMatchObject({
      kind: 'pause',
      subject: 'sweep',
      sweepId: 'low',
      why: { rule: 'P21', gainSeconds: 1000, costSeconds: 60 },
    })
    expect(others.map((action) => action.kind)).toEqual(['hold'])
    const pauses = (changed: Partial<TuningSnapshot>, policy: Partial<TuningPolicy> = {}) =>
      decide({ ...over, ...changed }, policy).actions.filter((action) => action.kind === 'pause')
    expect(pauses({}, { moves: false })).toEqual([])
    expect(pauses({ sweeps: [victim, { ...urgent, priority: 0 }] })).toEqual([])
    expect(pauses({ sweeps: [{ ...victim, moveSeconds: 300 }, urgent] })).toEqual([])
    expect(pauses({ sweeps: [{ ...victim, remaining: seconds(100) }, urgent] })).toEqual([])
    expect(pauses({ nodes: [aNode('n0', 2, { scheduling: 'draining' })] })).toEqual([])
  })

  it('[P22] the cheapest change that would start it', () => {
    const unblocks = (sweep: SweepWork, over: Partial<TuningSnapshot>) =>
      holds(decide({ ...over, sweeps: [sweep, ...(over.sweeps ?? [])] }, { moves: false }))[sweep.id]!.unblock
    const two = [aNode('n0', 2), aNode('n1', 2)]
    expect(
      unblocks(waiting('s', 2, 9), { nodes: [aNode('n0', 1), aNode('n1', 1, { scheduling: 'draining' })] }),
    ).toEqual({
      action: 'end-drain',
      target: 'n1',
      effect: 'n1 has 1 free: it starts now',
    })
    expect(unblocks(waiting('s', 5, 9), { nodes: two })).toEqual({
      action: 'ask-gpus',
      target: '4',
      effect: 'starts now and takes up to 1.3 times as long',
    })
    const busy = {
      nodes: two,
      sweeps: [running('r', 4, 99)],
      leases: leases('r', 'n0/0', 'n0/1', 'n1/0', 'n1/1'),
    }
    expect(unblocks(waiting('s', 2, 9), busy)).toEqual({
      action: 'raise-priority',
      target: '1',
      effect: 'r is parked for it at the next step',
    })
    expect(unblocks(waiting('s', 3, 9, { priority: 2 }), busy)).toMatchObject({
      action: 'add-node',
      target: '3',
    })
    expect(unblocks(waiting('s', 3, 9, { paused: true }), busy)).toBeUndefined()
  })

  it('[P3] each node gives a multiple of the GPUs that one executor spans', () => {
    const nodes = [aNode('n0', 3), aNode('n1', 3)]
    expect(started(decide({ nodes, sweeps: [waiting('s', 4, 9, { gpusPerExecutor: 2 })] }))).toEqual(['s'])
    expect(decide({ nodes, sweeps: [waiting('s', 4, 9, { gpusPerExecutor: 2 })] }).held.get('s')).toEqual([
      'n0/0',
      'n0/1',
      'n1/0',
      'n1/1',
    ])
    expect(started(decide({ nodes, sweeps: [waiting('s', 6, 9, { gpusPerExecutor: 2 })] }))).toEqual([])
  })

  it('[P5] GPUs that are free in pieces too small for an executor are a reason with its numbers', () => {
    const nodes = [aNode('n0', 3), aNode('n1', 3)]
    const plan = decide({ nodes, sweeps: [waiting('s', 6, 9, { gpusPerExecutor: 2 })] })
    expect(plan.actions[0]).toMatchObject({
      kind: 'hold',
      reasons: [
        {
          code: 'gpus-busy',
          message: 'Needs 6 GPUs, 2 on one node for each executor, and 6 are free in smaller pieces.',
          requested: 6,
          available: 4,
        },
      ],
    })
  })

  it('[P3] an executor that no node holds takes GPUs of several', () => {
    const nodes = [aNode('n0', 1), aNode('n1', 1)]
    const over = { nodes, sweeps: [waiting('s', 2, 9, { gpusPerExecutor: 2 })] }
    expect(decide(over).held.get('s')).toEqual(['n0/0', 'n1/0'])
  })

  it('[P1] strictly in order nobody passes anybody', () => {
    const sweeps = [waiting('wide', 4, 9), waiting('small', 1, 9, { submittedAt: 1 })]
    const over = { nodes: [aNode('n0', 2)], sweeps }
    expect(started(decide(over, { interTask: 'fifo' }))).toEqual([])
    expect(started(decide(over))).toEqual(['small'])
  })
})
