import type { PlaceExecutor } from '../model/plan'
import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import type { RunView } from '../model/tuning'
import { openRoom, type PackedRun, packedRun, type Room } from './executor-room'
import { placeExecutors } from './place-executors'

/** Every executor that takes runs after this plan, with who is in it now, and the executors that the plan starts. */
export interface Rooms {
  /** In order of id. */
  bySweep: ReadonlyMap<string, readonly Room[]>
  runs: ReadonlyMap<string, PackedRun>
  started: readonly PlaceExecutor[]
}

/** Opens the executors of all sweeps and places new ones on GPUs that have none (rule K3). */
export function openRooms(
  snapshot: TuningSnapshot,
  sweeps: readonly SweepWork[],
  held: ReadonlyMap<string, readonly string[]>,
  policy: TuningPolicy,
): Rooms {
  const runs = new Map<string, PackedRun>()
  for (const sweep of sweeps) {
    for (const run of sweep.view.runs) runs.set(run.id, packedRun(sweep, run.id, run.params))
  }
  const bySweep = new Map<string, Room[]>()
  const started: PlaceExecutor[] = []
  for (const sweep of sweeps) {
    const existing = snapshot.executors.filter((executor) => executor.sweepId === sweep.id)
    const live = sweep.view.runs.filter(isLive).map((run) => run.id)
    const added = sweep.paused
      ? []
      : placeExecutors(sweep, held.get(sweep.id) ?? [], existing, snapshot.nodes, live, policy)
    started.push(...added)
    const rooms = [
      ...existing
        .filter((executor) => executor.state !== 'ending')
        .map((executor) => ({ executor, inside: executor.runIds.flatMap((id) => runs.get(id) ?? []) })),
      ...added.map((executor) => ({ executor: { ...executor, id: executor.executorId }, inside: [] })),
    ].map(({ executor, inside }) =>
      openRoom(executor, sweep.memory, snapshot.nodes, policy.memoryMargin, inside),
    )
    bySweep.set(
      sweep.id,
      rooms.sort((a, b) => (a.id < b.id ? -1 : 1)),
    )
  }
  return { bySweep, runs, started }
}

/** Trains, or may train again without a person. */
export function isLive(run: RunView): boolean {
  return run.state === 'training' || isPending(run)
}

/** Would train if it got a slot. */
export function isPending(run: RunView): boolean {
  return run.state === 'waiting' || (run.state === 'parked' && run.stopReason === 'preempted')
}
