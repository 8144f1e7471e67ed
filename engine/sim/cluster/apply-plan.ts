import type { Action, Plan } from '../../model/plan'
import type { ClusterWorld, SimExecutor, SimSweep } from './cluster-world'

/** The rule by which a run trains in a slot that nobody else wants. */
const SPARE_RULE = 'E68'

/** What a plan changed: executors whose events must be made anew, and sweeps to look at again. */
export interface Applied {
  executors: Set<SimExecutor>
  sweeps: Set<SimSweep>
}

/** Carries a plan out at once, at the instant. Agents of the simulator never refuse and never lag. */
export function applyPlan(world: ClusterWorld, plan: Plan, now: number): Applied {
  const applied: Applied = { executors: new Set(), sweeps: new Set() }
  for (const decision of plan.kept) {
    const run = world.runs.get(decision.runId)!
    const onSpare = decision.rule === SPARE_RULE
    if ((decision.rung ?? 0) > run.passedRung || run.onSpare !== onSpare) {
      run.passedRung = Math.max(run.passedRung, decision.rung ?? 0)
      run.onSpare = onSpare
      world.renew(run)
      applied.sweeps.add(run.sweep)
    }
  }
  for (const action of plan.actions) apply(world, action, now, applied)
  for (const executor of applied.executors) world.repace(executor)
  return applied
}

function apply(world: ClusterWorld, action: Action, now: number, applied: Applied): void {
  if (action.kind === 'hold') {
    if (action.subject === 'run' && action.reasons.some(({ code }) => code !== 'peers')) {
      world.runs.get(action.id)!.sweep.hungry = true
    }
    return
  }
  if (action.subject === 'sweep') {
    const sweep = world.sweeps.get(action.sweepId)!
    applied.sweeps.add(sweep)
    if (action.kind === 'pause') park(world, sweep, now, applied)
    else grant(world, sweep, action.gpuIds, now)
  } else if (action.subject === 'executor') {
    if (action.kind === 'place') {
      const sweep = world.sweeps.get(action.sweepId)!
      const wait = world.trace.startSeconds + (sweep.moved ? world.trace.moveSeconds : 0)
      const executor: SimExecutor = {
        id: action.executorId,
        sweep,
        gpuIds: action.gpuIds,
        slots: action.slots,
        maxLength: action.maxLength,
        runs: new Set(),
        readyAt: now + wait,
        since: now,
        stepSeconds: 1,
        version: 0,
      }
      world.executors.set(executor.id, executor)
      sweep.executors.add(executor)
      applied.executors.add(executor)
      applied.sweeps.add(sweep)
    } else {
      const executor = world.executors.get(action.executorId)!
      world.advance(executor, now)
      world.endExecutor(executor)
      applied.sweeps.add(executor.sweep)
    }
  } else {
    const run = world.runs.get(action.runId)!
    applied.sweeps.add(run.sweep)
    if (run.executor !== null) {
      world.advance(run.executor, now)
      applied.executors.add(run.executor)
    }
    if (action.exit?.rung !== undefined && action.exit.kind === 'resume') {
      run.passedRung = Math.max(run.passedRung, action.exit.rung)
      run.onSpare = action.exit.rule === SPARE_RULE
    }
    if (action.kind === 'stop') world.leave(run, 'parked', action.reason)
    else if (action.kind === 'pause') world.leave(run, 'waiting')
    else {
      const executor = world.executors.get(action.executorId)!
      world.advance(executor, now)
      world.enter(run, executor)
      applied.executors.add(executor)
    }
  }
}

/** Gives the sweep exactly these GPUs. */
function grant(world: ClusterWorld, sweep: SimSweep, gpuIds: readonly string[], now: number): void {
  world.release(
    sweep,
    sweep.gpuIds.filter((gpu) => !gpuIds.includes(gpu)),
  )
  for (const gpu of gpuIds) world.leases.set(gpu, sweep)
  world.leaseVersion += 1
  sweep.gpuIds = [...gpuIds]
  sweep.state = 'running'
  sweep.startedAt ??= now
}

/** Parks all runs in the sweep's executors, of other sweeps too, and gives its GPUs back. */
function park(world: ClusterWorld, sweep: SimSweep, now: number, applied: Applied): void {
  for (const executor of [...sweep.executors]) {
    world.advance(executor, now)
    for (const run of [...executor.runs]) {
      applied.sweeps.add(run.sweep)
      world.leave(run, 'waiting')
    }
    world.endExecutor(executor)
  }
  world.release(sweep, sweep.gpuIds)
  sweep.state = 'waiting'
  sweep.moved = true
}
