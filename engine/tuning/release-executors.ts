import type { PauseRun, ResizeSweep, StopExecutor } from '../model/plan'
import type { SweepWork, TuningSnapshot } from '../model/snapshot'
import type { Room } from './executor-room'
import { fits } from './executor-room'
import { isPending, type Rooms } from './open-rooms'

/** Parking and restoring one run where it was never measured, seconds. */
const UNKNOWN_MOVE_SECONDS = 60

/**
 * GPUs that a sweep can give back in its tail (rules K9 and K10): an executor that is empty and has nobody to come is
 * ended; where other sweeps wait for GPUs, the emptiest executor is emptied into the others, if all its runs fit there
 * and train on for longer than twice what the move costs.
 *
 * @param contested other sweeps wait for GPUs
 */
export function releaseExecutors(
  sweep: SweepWork,
  snapshot: TuningSnapshot,
  rooms: Rooms,
  held: readonly string[],
  contested: boolean,
): (PauseRun | StopExecutor | ResizeSweep)[] {
  const own = rooms.bySweep.get(sweep.id) ?? []
  if (own.length < 2 || sweep.view.runs.some(isPending)) return []
  const ready = new Set(
    snapshot.executors.filter((executor) => executor.state === 'ready').map((executor) => executor.id),
  )
  const empty = own.filter((room) => room.runIds.length === 0 && ready.has(room.id))
  const ended = empty.length === own.length ? empty.slice(1) : empty
  const pauses: PauseRun[] = []
  if (ended.length === 0 && contested) {
    const [least, ...others] = [...own].sort(
      (a, b) => a.runIds.length - b.runIds.length || (a.id < b.id ? -1 : 1),
    )
    if (ready.has(least!.id) && pays(sweep, least!) && fitInto(least!, others, rooms)) {
      ended.push(least!)
      for (const runId of least!.runIds) pauses.push(pause(runId, least!))
    }
  }
  if (ended.length === 0) return []
  const freed = new Set(ended.flatMap((room) => room.gpuIds))
  const kept = held.filter((gpu) => !freed.has(gpu))
  const count = `${freed.size} ${freed.size === 1 ? 'GPU' : 'GPUs'}`
  return [
    ...pauses,
    ...ended.map((room): StopExecutor => {
      const message =
        pauses.length > 0
          ? `The runs of ${room.id} fit into the other executors.`
          : `${room.id} has no run left.`
      return {
        kind: 'stop',
        subject: 'executor',
        executorId: room.id,
        why: { rule: pauses.length > 0 ? 'K9' : 'K10', message },
      }
    }),
    {
      kind: 'resize',
      subject: 'sweep',
      sweepId: sweep.id,
      gpuIds: kept,
      why: {
        rule: pauses.length > 0 ? 'K9' : 'K10',
        message: `${sweep.name} gives back ${count}: it has no run for them.`,
      },
    },
  ]
}

function pause(runId: string, room: Room): PauseRun {
  const message = `Moves out of ${room.id}, which is ended, into another executor of its sweep.`
  return { kind: 'pause', subject: 'run', runId, reason: 'preempted', why: { rule: 'K9', message } }
}

function fitInto(room: Room, others: readonly Room[], rooms: Rooms): boolean {
  const left = others.map((other) => ({ ...other, runIds: [...other.runIds] }))
  for (const id of room.runIds) {
    const run = rooms.runs.get(id)
    const other = run && left.find((candidate) => fits(candidate, run))
    if (run === undefined || other === undefined) return false
    other.runIds.push(id)
    other.usedBytes += run.bytes
  }
  return true
}

function pays(sweep: SweepWork, room: Room): boolean {
  const cost = sweep.moveSeconds ?? UNKNOWN_MOVE_SECONDS
  const work = new Map(sweep.work.map((entry) => [entry.runId, entry]))
  const left = sweep.view.runs
    .filter((run) => room.runIds.includes(run.id))
    .map((run) => {
      const known = work.get(run.id)
      const steps = (run.fullSamples - (known?.samples ?? 0)) / run.params.batch_size
      return steps * (known?.stepSeconds ?? 1)
    })
  return left.some((seconds) => seconds > 2 * cost)
}
