import { describe, expect, it } from 'vitest'
import { aNode, aRun, aSnapshot, aSweep, KEEP_ALL } from '../../test/builders/tuning-snapshot'
import { decideTuning } from '../decide'
import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import type { RunView } from '../model/tuning'

/** Two slots in one executor, with `inside` in them. */
function world(sweep: SweepWork, inside: string[], over: Partial<TuningSnapshot> = {}): TuningSnapshot {
  return aSnapshot({
    sweeps: [{ ...sweep, state: 'running' }],
    leases: [{ gpuId: 'n0/0', holder: { kind: 'sweep', id: sweep.id }, epoch: 1, expiresAt: 9e9 }],
    executors: [
      {
        id: 's/x0',
        sweepId: sweep.id,
        baseModel: 'llama',
        gpuIds: ['n0/0'],
        state: 'ready',
        slots: 2,
        maxLength: 100,
        runIds: inside,
      },
    ],
    ...over,
  })
}

/** Stops `a` as underperforming and lets the others train. */
const STOPS_A: TuningPolicy = {
  ...KEEP_ALL,
  exits: (view, sweep) => [
    ...view.runs
      .filter(({ id, state }) => id === 'a' && (state === 'training' || state === 'waiting'))
      .map(({ id }) => ({
        kind: 'stop' as const,
        runId: id,
        rule: 'E63',
        reason: 'underperforming' as const,
        atSamples: 100,
        observed: null,
        threshold: null,
        peers: [],
        savedSamples: 900,
      })),
    ...KEEP_ALL.exits({ ...view, runs: view.runs.filter(({ id }) => id !== 'a') }, sweep),
  ],
}

const training = (id: string): RunView => aRun(id, { state: 'training' })
const stopped: RunView = aRun('a', { state: 'parked', stopReason: 'underperforming', audited: true })
const audited = (runs: RunView[], audit: 'training' | 'waiting'): SweepWork => {
  const sweep = aSweep('s', runs, { auditShare: 1 })
  return { ...sweep, work: sweep.work.map((work) => (work.runId === 'a' ? { ...work, audit } : work)) }
}
const acts = (snapshot: TuningSnapshot, policy = STOPS_A) =>
  decideTuning(snapshot, policy, 0).actions.flatMap((action) =>
    action.subject === 'run' && action.kind !== 'hold'
      ? [`${action.kind} ${action.runId}${'audited' in action ? ` ${action.audited}` : ''}`]
      : [],
  )
const waiter = aSweep('w', 1, { gpus: 1, baseModel: 'other' })

describe('audited runs', () => {
  it('[E74] a stop that is drawn leaves its run in a slot that nobody wants', () => {
    const runs = [training('a'), training('b')]
    expect(acts(world(aSweep('s', runs, { auditShare: 1 }), ['a', 'b']))).toEqual(['stop a goes-on'])
    expect(acts(world(aSweep('s', runs, { auditShare: 0 }), ['a', 'b']))).toEqual(['stop a'])
    expect(acts(world(aSweep('s', runs), ['a', 'b']))).toEqual(['stop a'])
  })

  it('[E74] who still counts gets the slot, and the audited run waits', () => {
    const runs = [training('a'), training('b'), aRun('c')]
    const sweep = aSweep('s', runs, { auditShare: 1 })
    expect(acts(world(sweep, ['a', 'b']))).toEqual(['stop a waits', 'place c'])
  })

  it('[E74] an audited run gives its slot up to a run that counts', () => {
    const sweep = audited([stopped, training('b'), aRun('c')], 'training')
    expect(acts(world(sweep, ['a', 'b']))).toEqual(['pause a', 'place c'])
  })

  it('[E74] it stays where nobody asks, and comes back when a slot is left', () => {
    expect(acts(world(audited([stopped, training('b')], 'training'), ['a', 'b']))).toEqual([])
    const back = decideTuning(world(audited([stopped, training('b')], 'waiting'), ['b']), STOPS_A, 0)
    expect(back.actions).toEqual([
      expect.objectContaining({ kind: 'resume', runId: 'a', executorId: 's/x0', audit: true }),
    ])
    expect(back.actions[0]).toMatchObject({ gpuIds: ['n0/0'], why: { rule: 'E74' } })
    expect(acts(world({ ...audited([stopped, training('b')], 'waiting'), paused: true }, ['b']))).toEqual([])
    expect(acts(world(audited([stopped, training('b'), training('c')], 'waiting'), ['b', 'c']))).toEqual([])
  })

  it('[E74] nothing is audited while a sweep waits for GPUs', () => {
    const contested = (sweep: SweepWork, inside: string[]) => {
      const snapshot = world(sweep, inside, { nodes: [aNode('n0')] })
      return acts({ ...snapshot, sweeps: [...snapshot.sweeps, waiter] })
    }
    expect(contested(audited([stopped, training('b')], 'training'), ['a', 'b'])).toEqual(['pause a'])
    expect(contested(audited([stopped, training('b')], 'waiting'), ['b'])).toEqual([])
    const fresh = aSweep('s', [training('a'), training('b')], { auditShare: 1 })
    expect(contested(fresh, ['a', 'b'])).toEqual(['stop a waits'])
  })
})
