import { decideTuning } from '../../decide'
import type { Plan } from '../../model/plan'
import type { TuningPolicy } from '../../model/snapshot'
import { applyPlan } from './apply-plan'
import type { ClusterTrace } from './cluster-trace'
import { ClusterWorld, nextTarget, type SimExecutor, type SimSweep } from './cluster-world'
import { EventQueue } from './event-queue'
import { type ExitSetting, SnapshotTaker } from './take-snapshot'

/** Kinds of events, in the order in which they happen at one instant. */
const KIND = { node: 0, arrival: 1, evaluation: 2 } as const

type Event =
  | { time: number; kind: typeof KIND.node; node: string; state: 'lost' | 'alive' }
  | { time: number; kind: typeof KIND.arrival; sweep: SimSweep }
  | { time: number; kind: typeof KIND.evaluation; executor: SimExecutor; version: number }

export interface ClusterResult {
  /** End of the last sweep, seconds from the begin of the trace. */
  makespan: number
  sweeps: {
    id: string
    arrival: number
    start: number | null
    end: number | null
    samplesUsed: number
    samplesFull: number
    bestValLoss: number | null
  }[]
  /** Share of GPU-seconds, from the begin to the makespan, in which an executor trained at least one run. */
  gpuBusy: number
  /** Share of slots in use while their sweep had runs that waited, so up to its tail. */
  slotsBusy: number
  /** Evaluations, arrivals and node events. */
  events: number
  decisions: number
  /** Runs that were never finished or stopped; empty unless a policy left them waiting for ever. */
  stuck: string[]
}

export interface SimulationOptions {
  /** Sees every plan, for tests and recordings. */
  onPlan?: (plan: Plan, now: number) => void
}

/** Rounds of decisions at one instant at most; a plan of a plan of a plan settles long before. */
const MAX_ROUNDS = 12

/**
 * Runs the tuning decision of production over a trace on a virtual clock. Deterministic.
 *
 * @param exit the early-exit setting of all sweeps, for forecasts; decisions come from `policy.exits`
 */
export function simulateCluster(
  trace: ClusterTrace,
  policy: TuningPolicy,
  exit: ExitSetting,
  options: SimulationOptions = {},
): ClusterResult {
  const world = new ClusterWorld(trace)
  const taker = new SnapshotTaker(world, exit, policy.maxSlots)
  const queue = new EventQueue<Event>()
  for (const sweep of world.sweeps.values())
    queue.push({ time: sweep.trace.arrival, kind: KIND.arrival, sweep })
  for (const { at, node, state } of trace.nodeEvents) queue.push({ time: at, kind: KIND.node, node, state })

  let events = 0
  let decisions = 0
  const touched = new Set<SimExecutor>()
  const changed = new Set<SimSweep>()

  /** Decides until nothing more follows, then makes the next events of executors that changed. */
  const settle = (now: number, gangsChanged: boolean): void => {
    let gangs = gangsChanged
    for (let round = 0; round < MAX_ROUNDS; round++) {
      for (const sweep of changed) {
        taker.forget(sweep)
        if (endIfOver(world, sweep, now, changed)) gangs = true
      }
      const sweepIds = new Set(
        [...changed].filter((sweep) => sweep.state !== 'done').map((sweep) => sweep.trace.id),
      )
      for (const sweep of changed) sweep.hungry = false
      changed.clear()
      if (!gangs && sweepIds.size === 0) break
      const plan = decideTuning(taker.take(now, gangs), policy, now, { gangs, sweepIds })
      decisions += 1
      options.onPlan?.(plan, now)
      const applied = applyPlan(world, plan, now)
      for (const executor of applied.executors) touched.add(executor)
      for (const sweep of applied.sweeps) changed.add(sweep)
      gangs = plan.actions.some((action) => action.kind === 'pause' || action.kind === 'resize')
    }
    for (const executor of touched) {
      if (world.executors.get(executor.id) !== executor) continue
      const time = Math.max(now, executor.readyAt) + world.untilEvaluation(executor)
      if (time < Number.POSITIVE_INFINITY) {
        queue.push({ time, kind: KIND.evaluation, executor, version: executor.version })
      }
    }
    touched.clear()
  }

  for (let first = queue.pop(); first !== undefined; first = queue.pop()) {
    const now = first.time
    let gangs = false
    for (let event: Event | undefined = first; event !== undefined; ) {
      if (event.kind === KIND.arrival) {
        event.sweep.state = 'waiting'
        changed.add(event.sweep)
        gangs = true
        events += 1
      } else if (event.kind === KIND.node) {
        moveNode(world, event.node, event.state, now, touched, changed)
        gangs = true
        events += 1
      } else if (event.executor.version === event.version) {
        events += evaluate(world, event.executor, now, changed)
        touched.add(event.executor)
      }
      event = queue.peek()?.time === now ? queue.pop() : undefined
    }
    settle(now, gangs)
  }
  return { ...summary(world), events, decisions }
}

/** Evaluates every run of the executor that has come to its next point; those at their last one are done. */
function evaluate(world: ClusterWorld, executor: SimExecutor, now: number, changed: Set<SimSweep>): number {
  world.advance(executor, now)
  let evaluated = 0
  for (const run of [...executor.runs]) {
    const target = nextTarget(run)
    if (run.steps < target - 1e-6 * Math.max(1, target)) continue
    run.steps = target
    run.seen += 1
    evaluated += 1
    changed.add(run.sweep)
    if (run.seen === run.trace.points.length) world.leave(run, 'done')
    else world.renew(run)
  }
  world.repace(executor)
  return evaluated
}

/** Ends the sweep where none of its runs trains or waits: its GPUs are free. */
function endIfOver(world: ClusterWorld, sweep: SimSweep, now: number, changed: Set<SimSweep>): boolean {
  if (sweep.state !== 'running' && sweep.state !== 'waiting') return false
  if (sweep.runs.some((run) => run.state === 'training' || run.state === 'waiting')) return false
  for (const executor of [...sweep.executors]) {
    world.advance(executor, now)
    for (const guest of [...executor.runs]) {
      world.leave(guest, 'waiting')
      changed.add(guest.sweep)
    }
    world.endExecutor(executor)
  }
  world.release(sweep, sweep.gpuIds)
  sweep.state = 'done'
  sweep.endedAt = now
  return true
}

/** A lost node takes its executors with it; their runs wait again from their last evaluation. */
function moveNode(
  world: ClusterWorld,
  nodeId: string,
  state: 'lost' | 'alive',
  now: number,
  touched: Set<SimExecutor>,
  changed: Set<SimSweep>,
): void {
  world.nodes = world.nodes.map((node) => (node.id === nodeId ? { ...node, state } : node))
  if (state === 'alive') return
  const gone = new Set(world.nodes.find((node) => node.id === nodeId)?.gpus.map((gpu) => gpu.id))
  for (const executor of [...world.executors.values()]) {
    if (!executor.gpuIds.some((gpu) => gone.has(gpu))) continue
    world.advance(executor, now)
    for (const run of [...executor.runs]) {
      run.steps = run.trace.points[run.seen - 1]?.step ?? 0
      world.leave(run, 'waiting')
      changed.add(run.sweep)
    }
    world.endExecutor(executor)
    touched.delete(executor)
    changed.add(executor.sweep)
  }
  for (const sweep of world.sweeps.values()) {
    const lost = sweep.gpuIds.filter((gpu) => gone.has(gpu))
    if (lost.length === 0) continue
    world.release(sweep, lost)
    if (sweep.gpuIds.length === 0) sweep.state = 'waiting'
    changed.add(sweep)
  }
}

function summary(world: ClusterWorld): Omit<ClusterResult, 'events' | 'decisions'> {
  const sweeps = [...world.sweeps.values()]
  const makespan = sweeps.reduce((last, sweep) => Math.max(last, sweep.endedAt ?? 0), 0)
  const gpus = world.trace.nodes.reduce((sum, node) => sum + node.gpus, 0)
  const { gpuSecondsBusy, slotSecondsBusy, slotSecondsOffered } = world.meters
  return {
    makespan,
    sweeps: sweeps.map((sweep) => ({
      id: sweep.trace.id,
      arrival: sweep.trace.arrival,
      start: sweep.startedAt,
      end: sweep.endedAt,
      samplesUsed: sweep.runs.reduce((sum, run) => sum + ClusterWorld.samplesOf(run), 0),
      samplesFull: sweep.runs.reduce((sum, run) => sum + run.trace.fullSamples, 0),
      bestValLoss: bestLoss(sweep),
    })),
    gpuBusy: makespan > 0 ? gpuSecondsBusy / (gpus * makespan) : 0,
    slotsBusy: slotSecondsOffered > 0 ? slotSecondsBusy / slotSecondsOffered : 1,
    stuck: sweeps
      .filter((sweep) => sweep.state !== 'done')
      .flatMap((sweep) => sweep.runs.filter((run) => run.state === 'waiting').map((run) => run.trace.id)),
  }
}

function bestLoss(sweep: SimSweep): number | null {
  let best: number | null = null
  for (const run of sweep.runs) {
    for (const { valLoss } of run.view.points)
      if (valLoss !== null && (best === null || valLoss < best)) best = valLoss
  }
  return best
}
