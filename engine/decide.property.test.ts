import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aNode, aRun, aSnapshot, aSweep, KEEP_ALL } from '../test/builders/tuning-snapshot'
import { decideTuning } from './decide'
import { alto } from './early-exit/alto'
import { runMemoryBytes } from './estimate/memory'
import type { Action, Plan } from './model/plan'
import type { TuningPolicy, TuningSnapshot } from './model/snapshot'
import { applyPlan } from './sim/cluster/apply-plan'
import type { ClusterTrace } from './sim/cluster/cluster-trace'
import { ClusterWorld } from './sim/cluster/cluster-world'
import { simulateCluster } from './sim/cluster/simulate-cluster'
import { syntheticPoints } from './sim/cluster/synthetic-losses'
import { SnapshotTaker } from './sim/cluster/take-snapshot'

const LOSSES = { bestRate: 1e-4, floor: 1, perOctave2: 0.02, drop: 2, exponent: 0.6, noise: 0.01, luck: 0.01 }
const PARAMETERS = Object.fromEntries(
  Object.entries(alto.parameters).map(([name, { default: value }]) => [name, value]),
)

const POLICIES: TuningPolicy[] = [
  KEEP_ALL,
  { ...KEEP_ALL, exits: (view) => alto.decide(view, PARAMETERS as Parameters<typeof alto.decide>[1]) },
  { ...KEEP_ALL, lend: false, interTask: 'fifo', moves: false },
]

/** Small clusters with sweeps that arrive, lose nodes and share base models. */
const traces: fc.Arbitrary<ClusterTrace> = fc
  .record({
    nodes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    sweeps: fc.array(
      fc.record({
        arrival: fc.integer({ min: 0, max: 300 }),
        gpus: fc.integer({ min: 1, max: 3 }),
        spread: fc.boolean(),
        priority: fc.integer({ min: 0, max: 2 }),
        project: fc.constantFrom('a', 'b'),
        model: fc.constantFrom('small', 'large'),
        batches: fc.array(fc.constantFrom(1, 2, 8, 40), { minLength: 1, maxLength: 7 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    lost: fc.option(
      fc.record({ at: fc.integer({ min: 1, max: 400 }), back: fc.integer({ min: 1, max: 400 }) }),
    ),
  })
  .map(({ nodes, sweeps, lost }) => {
    const memory = {
      backboneBytes: 10e9,
      bytesPerRank: 0.05e9,
      bytesPerToken: 0.005e9,
      bytesPerLogit: 0,
      vocabulary: 0,
    }
    const model = { baseSeconds: 0.1, secondsPerToken: 0.001, memory, gpusPerExecutor: 1 }
    const all = nodes.reduce((sum, gpus) => sum + gpus, 0)
    return {
      nodes: nodes.map((gpus, index) => ({ id: `n${index}`, gpus, memoryBytes: 80e9 })),
      models: { small: model, large: { ...model, secondsPerToken: 0.002 } },
      nodeEvents: lost
        ? [
            { node: 'n0', at: lost.at, state: 'lost' as const },
            { node: 'n0', at: lost.at + lost.back, state: 'alive' as const },
          ]
        : [],
      startSeconds: 2,
      moveSeconds: 5,
      sweeps: sweeps.map(({ batches, gpus, spread, ...rest }, index) => ({
        id: `s${index}`,
        gpus: Math.min(gpus, spread ? all : Math.max(...nodes)),
        spread,
        ...rest,
        maxLength: 50,
        trainSamples: 100,
        epochs: 1,
        evaluations: 5,
        seed: index,
        runs: batches.map((batch_size, number) => {
          const params = { learning_rate: 1e-4 * 2 ** number, rank: 8, batch_size }
          const id = `s${index}/r${number}`
          return { id, params, fullSamples: 100, points: syntheticPoints(LOSSES, params, 100, 2, index, id) }
        }),
      })),
    }
  })

/** Everything that makes a plan wrong for its snapshot, in words. */
function faults(snapshot: TuningSnapshot, plan: Plan, policy: TuningPolicy): string[] {
  const found: string[] = []
  const subjects = new Set<string>()
  for (const action of plan.actions) {
    const subject = subjectOf(action)
    if (subjects.has(subject)) found.push(`${subject} twice`)
    subjects.add(subject)
  }
  const owner = new Map(snapshot.leases.map((lease) => [lease.gpuId, lease.holder.id]))
  const open = new Set(
    snapshot.nodes
      .filter((node) => node.state === 'alive' && node.scheduling === 'open')
      .flatMap((node) => node.gpus.map((gpu) => gpu.id)),
  )
  const sweeps = new Map(snapshot.sweeps.map((sweep) => [sweep.id, sweep]))
  for (const action of plan.actions) {
    if (action.subject !== 'sweep' || !('gpuIds' in action)) continue
    const sweep = sweeps.get(action.sweepId)!
    if (action.kind === 'place' && action.gpuIds.length !== sweep.gpus)
      found.push(`${sweep.id}: gang not whole`)
    if (!sweep.spread && new Set(action.gpuIds.map((id) => id.split('/')[0])).size > 1)
      found.push(`${sweep.id}: on two nodes`)
    for (const gpu of action.gpuIds) {
      if (owner.get(gpu) !== undefined && owner.get(gpu) !== sweep.id)
        found.push(`${gpu} is ${owner.get(gpu)}'s`)
      if (owner.get(gpu) === undefined && !open.has(gpu)) found.push(`${gpu} is closed`)
      owner.set(gpu, sweep.id)
    }
  }
  const runs = new Map(
    snapshot.sweeps.flatMap((sweep) => sweep.view.runs.map((run) => [run.id, { run, sweep }])),
  )
  const leaving = new Set(
    plan.actions.flatMap((action) =>
      action.subject === 'run' && (action.kind === 'stop' || action.kind === 'pause') ? [action.runId] : [],
    ),
  )
  const inside = new Map<string, { slots: number; runs: string[]; sweepId: string }>()
  for (const { id, slots, runIds, sweepId } of snapshot.executors)
    inside.set(id, { slots, sweepId, runs: runIds.filter((run) => !leaving.has(run)) })
  for (const action of plan.actions) {
    if (action.kind === 'place' && action.subject === 'executor') {
      for (const gpu of action.gpuIds)
        if (owner.get(gpu) !== action.sweepId) found.push(`${action.executorId} on ${gpu}, not its sweep's`)
      inside.set(action.executorId, { slots: action.slots, sweepId: action.sweepId, runs: [] })
    } else if ((action.kind === 'place' || action.kind === 'resume') && action.subject === 'run') {
      inside.get(action.executorId)!.runs.push(action.runId)
    }
  }
  const places = [...inside.values()].flatMap((executor) => executor.runs)
  if (new Set(places).size !== places.length) found.push('a run in two slots')
  for (const [id, executor] of inside) {
    if (executor.runs.length > executor.slots) found.push(`${id}: more runs than slots`)
    const used = executor.runs.reduce((sum, run) => {
      const { run: view, sweep } = runs.get(run)!
      return sum + runMemoryBytes(sweep.memory, view.params, sweep.maxLength)
    }, sweeps.get(executor.sweepId)?.memory.backboneBytes ?? 0)
    if (used > 80e9 * (1 - policy.memoryMargin) + 1) found.push(`${id}: out of memory`)
  }
  for (const sweep of snapshot.sweeps) {
    const holds = [...owner.values()].includes(sweep.id)
    if (!holds && !subjects.has(`sweep ${sweep.id}`)) found.push(`${sweep.id} forgotten`)
  }
  return found
}

function subjectOf(action: Action): string {
  if (action.kind === 'hold') return `${action.subject} ${action.id}`
  if (action.subject === 'sweep') return `sweep ${action.sweepId}`
  return action.subject === 'run' ? `run ${action.runId}` : `executor ${action.executorId}`
}

/** Snapshots on the way of a simulation, with the plan that each one got. */
function recorded(
  trace: ClusterTrace,
  policy: TuningPolicy,
): { plans: string[]; result: ReturnType<typeof simulateCluster> } {
  const plans: string[] = []
  const result = simulateCluster(
    trace,
    policy,
    { name: 'none' },
    { onPlan: (plan, now) => plans.push(JSON.stringify([now, plan])) },
  )
  return { plans, result }
}

describe('decideTuning, over whole simulations', () => {
  it('[P15] no GPU twice, gangs whole, memory within budget, every workload once', () => {
    fc.assert(
      fc.property(traces, fc.constantFrom(...POLICIES), (trace, policy) => {
        const world = new ClusterWorld(trace)
        const taker = new SnapshotTaker(world, { name: 'none' }, policy.maxSlots)
        for (const sweep of world.sweeps.values()) {
          sweep.state = 'waiting'
          const snapshot = taker.take(0, true)
          const plan = decideTuning(snapshot, policy, 0)
          expect(faults(snapshot, plan, policy)).toEqual([])
          applyPlan(world, plan, 0)
          for (const other of world.sweeps.values()) taker.forget(other)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('[K12] applied and asked again, a plan adds nothing', () => {
    fc.assert(
      fc.property(traces, fc.constantFrom(...POLICIES), (trace, policy) => {
        const world = new ClusterWorld(trace)
        const taker = new SnapshotTaker(world, { name: 'none' }, policy.maxSlots)
        for (const sweep of world.sweeps.values()) sweep.state = 'waiting'
        applyPlan(world, decideTuning(taker.take(0, true), policy, 0), 0)
        for (const sweep of world.sweeps.values()) taker.forget(sweep)
        const again = decideTuning(taker.take(0, true), { ...policy, moves: false }, 0)
        expect(again.actions.filter((action) => action.kind !== 'hold')).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('[K12] the order of the snapshot changes nothing', () => {
    fc.assert(
      fc.property(traces, fc.constantFrom(...POLICIES), (trace, policy) => {
        const world = new ClusterWorld(trace)
        for (const sweep of world.sweeps.values()) sweep.state = 'waiting'
        const snapshot = new SnapshotTaker(world, { name: 'none' }, policy.maxSlots).take(0, true)
        const turned = {
          ...snapshot,
          nodes: [...snapshot.nodes].reverse(),
          sweeps: [...snapshot.sweeps].reverse(),
          executors: [...snapshot.executors].reverse(),
          leases: [...snapshot.leases].reverse(),
        }
        expect(decideTuning(turned, policy, 0)).toEqual(decideTuning(snapshot, policy, 0))
      }),
      { numRuns: 100 },
    )
  })

  it('[K12] the same events give the same plans, and every sweep ends', () => {
    fc.assert(
      fc.property(traces, fc.constantFrom(...POLICIES), (trace, policy) => {
        const first = recorded(trace, policy)
        expect(recorded(trace, policy).plans).toEqual(first.plans)
        const back = trace.nodeEvents.at(-1)?.at ?? 0
        expect(first.result.stuck).toEqual([])
        for (const sweep of first.result.sweeps)
          expect(sweep.end ?? back).toBeGreaterThanOrEqual(sweep.arrival)
      }),
      { numRuns: 60 },
    )
  })

  it('[K12] a scope leaves out what did not change', () => {
    const sweeps = [aSweep('a', [aRun('a0')], { gpus: 2 }), aSweep('b', [aRun('b0')], { baseModel: 'qwen' })]
    const snapshot = aSnapshot({ nodes: [aNode('n0', 1)], sweeps })
    const gangs = decideTuning(snapshot, KEEP_ALL, 0, { gangs: true, sweepIds: new Set() })
    expect(gangs.actions.map(subjectOf)).toEqual(['sweep b', 'sweep a', 'executor b/x0', 'run b0'])
    expect(decideTuning(snapshot, KEEP_ALL, 0, { gangs: false, sweepIds: new Set(['b']) }).actions).toEqual(
      [],
    )
  })
})
