import { decideGangs, type Gangs } from './cluster/decide-gangs'
import { heldGpus } from './cluster/held-gpus'
import { inOrder } from './cluster/in-order'
import type { Plan } from './model/plan'
import type { DecisionScope, SweepWork, TuningPolicy, TuningSnapshot } from './model/snapshot'
import { fillSlots } from './tuning/fill-slots'
import { openRooms } from './tuning/open-rooms'
import { releaseExecutors } from './tuning/release-executors'

/**
 * The one tuning decision, for the control plane and the simulator alike: gangs of GPUs for sweeps, executors on them,
 * early exits, then runs into slots. Total and deterministic; the order of the snapshot's lists does not matter.
 *
 * Each sweep and each run is the subject of at most one action; what is left out goes on as it is. Actions are in the
 * order in which they are applied: a stop comes before the start that takes its slot. A sweep whose runs have all ended
 * is ended by who made the snapshot, not here.
 *
 * @param now Unix seconds
 * @param scope what changed since the last decision; everything where not given
 */
export function decideTuning(
  given: TuningSnapshot,
  policy: TuningPolicy,
  now: number,
  scope?: DecisionScope,
): Plan {
  const snapshot = canonical(given)
  const gangs: Gangs =
    scope === undefined || scope.gangs
      ? decideGangs(snapshot, policy, now)
      : { actions: [], held: heldGpus(snapshot), planned: [] }
  const parked = new Set(gangs.actions.flatMap((action) => (action.kind === 'pause' ? [action.sweepId] : [])))
  const changed = inScope(snapshot, policy, gangs, scope)
  const sweeps = inOrder(snapshot.sweeps.filter((sweep) => changed(sweep) && !parked.has(sweep.id)))
  const rooms = openRooms(snapshot, sweeps, gangs.held, policy)
  const contested = snapshot.sweeps.some((sweep) => !gangs.held.has(sweep.id) && !sweep.paused)
  const slots = fillSlots(rooms, sweeps, contested, policy)
  const resized = new Set(gangs.actions.flatMap((action) => ('sweepId' in action ? [action.sweepId] : [])))
  const acted = new Set(slots.actions.flatMap((action) => ('runId' in action ? [action.runId] : [])))
  const releases = sweeps
    .filter((sweep) => !resized.has(sweep.id) && !sweep.view.runs.some((run) => acted.has(run.id)))
    .flatMap((sweep) => releaseExecutors(sweep, snapshot, rooms, gangs.held.get(sweep.id) ?? [], contested))
  return {
    version: snapshot.version,
    actions: [...gangs.actions, ...rooms.started, ...slots.actions, ...releases],
    kept: slots.kept,
    planned: gangs.planned,
  }
}

/** The same facts in one order. */
function canonical(snapshot: TuningSnapshot): TuningSnapshot {
  return {
    ...snapshot,
    nodes: sorted(snapshot.nodes, (node) => node.id),
    executors: sorted(snapshot.executors, (executor) => executor.id),
    leases: sorted(snapshot.leases, (lease) => lease.gpuId),
  }
}

function sorted<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const isSorted = items.every((item, index) => index === 0 || key(items[index - 1]!) <= key(item))
  return isSorted ? items : [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** Sweeps that changed or got GPUs, and, where slots are lent, all that share a base model with them. */
function inScope(
  snapshot: TuningSnapshot,
  policy: TuningPolicy,
  gangs: Gangs,
  scope: DecisionScope | undefined,
): (sweep: SweepWork) => boolean {
  if (scope === undefined) return () => true
  const granted = new Set(gangs.actions.flatMap((action) => ('sweepId' in action ? [action.sweepId] : [])))
  const changed = (sweep: SweepWork) => scope.sweepIds.has(sweep.id) || granted.has(sweep.id)
  if (!policy.lend) return changed
  const models = new Set(snapshot.sweeps.filter(changed).map((sweep) => sweep.baseModel))
  return (sweep) => models.has(sweep.baseModel)
}
