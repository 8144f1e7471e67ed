import { decideGangs } from './cluster/decide-gangs'
import { inOrder } from './cluster/in-order'
import type { Plan } from './model/plan'
import type { TuningPolicy, TuningSnapshot } from './model/snapshot'
import { fillSlots } from './tuning/fill-slots'
import { openRooms } from './tuning/open-rooms'

/**
 * The one tuning decision, for the control plane and the simulator alike: gangs of GPUs for sweeps, executors on them,
 * early exits, then runs into slots. Total and deterministic; the order of the snapshot's lists does not matter.
 *
 * Each sweep and each run is the subject of at most one action; what is left out goes on as it is. Actions are in the
 * order in which they are applied: a stop comes before the start that takes its slot. A sweep whose runs have all ended
 * is ended by who made the snapshot, not here.
 *
 * @param now Unix seconds
 */
export function decideTuning(snapshot: TuningSnapshot, policy: TuningPolicy, now: number): Plan {
  const sweeps = inOrder(snapshot.sweeps)
  const gangs = decideGangs(snapshot, policy, now)
  const rooms = openRooms(snapshot, sweeps, gangs.held, policy)
  const slots = fillSlots(rooms, sweeps, policy)
  return {
    version: snapshot.version,
    actions: [...gangs.actions, ...rooms.started, ...slots.actions],
    kept: slots.kept,
    planned: gangs.planned,
  }
}
