import type { PauseRun, PlaceRun, StopRun } from '../model/plan'
import type { SweepWork } from '../model/snapshot'
import { bestRoom, enter, fits, leave, type Room } from './executor-room'
import type { Rooms } from './open-rooms'

/** Where audited runs train, by run id. */
export type AuditHomes = Map<string, Room>

/**
 * Takes audited runs out of their slots before anybody asks for one (rule E74): to their sweeps they are stopped, and
 * what they hold is free.
 */
export function leaveAudits(rooms: Rooms, sweeps: readonly SweepWork[]): AuditHomes {
  const homes: AuditHomes = new Map()
  const places = [...rooms.bySweep.values()].flat()
  for (const runId of auditedRuns(sweeps, 'training')) {
    const home = places.find((room) => room.runIds.includes(runId))
    if (home === undefined) continue
    homes.set(runId, home)
    leave(home, rooms.runs.get(runId)!)
  }
  return homes
}

export interface AuditFilling {
  rooms: Rooms
  sweeps: readonly SweepWork[]
  /** Where audited runs train, and those that a rule stops now and that are to be audited. */
  homes: AuditHomes
  stops: readonly (StopRun | PauseRun)[]
  /** A sweep waits for GPUs: nothing is spare. */
  contested: boolean
}

/**
 * What is left goes to audits (rule E74): who trains stays where it is, then those that wait. Where nothing is left, or a
 * sweep waits for GPUs, they pause.
 */
export function fillAudits({ rooms, sweeps, homes, stops, contested }: AuditFilling): {
  ends: (StopRun | PauseRun)[]
  placed: PlaceRun[]
} {
  const stays = new Set<string>()
  for (const [runId, home] of homes) {
    const run = rooms.runs.get(runId)!
    if (contested || !fits(home, run)) continue
    enter(home, run)
    stays.add(runId)
  }
  const stopped = new Set(stops.map(({ runId }) => runId))
  const ends = stops.map((end): StopRun | PauseRun =>
    end.kind === 'stop' && end.audited && stays.has(end.runId) ? { ...end, audited: 'goes-on' } : end,
  )
  for (const runId of homes.keys()) if (!stays.has(runId) && !stopped.has(runId)) ends.push(pause(runId))
  const placed: PlaceRun[] = []
  for (const sweep of contested ? [] : sweeps.filter((one) => !one.paused)) {
    for (const runId of auditedRuns([sweep], 'waiting')) {
      const run = rooms.runs.get(runId)!
      const room = bestRoom(rooms.bySweep.get(sweep.id) ?? [], run)
      if (room === null) continue
      enter(room, run)
      placed.push(place(runId, room))
    }
  }
  return { ends, placed }
}

function auditedRuns(sweeps: readonly SweepWork[], audit: 'training' | 'waiting'): string[] {
  return sweeps.flatMap(({ work }) =>
    work
      .filter((run) => run.audit === audit)
      .map(({ runId }) => runId)
      .sort(),
  )
}

function place(runId: string, room: Room): PlaceRun {
  const message = `Goes on quietly for the audit in ${room.id}, where nobody wants the slot.`
  return {
    kind: 'resume',
    subject: 'run',
    runId,
    executorId: room.id,
    gpuIds: room.gpuIds,
    audit: true,
    why: { rule: 'E74', message },
  }
}

function pause(runId: string): PauseRun {
  const message = 'Its audit waits: the slot is wanted.'
  return { kind: 'pause', subject: 'run', runId, reason: 'preempted', why: { rule: 'E74', message } }
}
