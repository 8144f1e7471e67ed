import type { Hold, PauseRun, PlaceRun, StopRun } from '../model/plan'
import type { HoldReason } from '../model/reasons'
import type { SweepWork, TuningPolicy } from '../model/snapshot'
import type { ExitDecision, RunView } from '../model/tuning'
import { decideExits } from './decide-exits'
import { bestRoom, enter, fits, leave, type PackedRun, type Room, sparesOwner } from './executor-room'
import { fillAudits, leaveAudits } from './fill-audits'
import type { Rooms } from './open-rooms'

export interface Slots {
  /** Ends first, then starts, then holds. */
  actions: readonly (StopRun | PauseRun | PlaceRun | Hold)[]
  /** Comparisons that a run survived, to be stored as rows. */
  kept: readonly ExitDecision[]
}

/**
 * Early exits, then runs into slots (rules K1 to K8 of `docs/spec/packing.md`): each sweep's own runs in the order that
 * its policy gave, then slots that nobody of their sweep wants, lent to other sweeps in order of priority.
 *
 * @param sweeps in order of priority
 * @param contested a sweep waits for GPUs: idle slots are not spare, since what fills them keeps their GPUs busy for longer
 */
export function fillSlots(
  rooms: Rooms,
  sweeps: readonly SweepWork[],
  contested: boolean,
  policy: TuningPolicy,
): Slots {
  const homes = leaveAudits(rooms, sweeps)
  const exits = sweeps.map((sweep) => {
    const exit = decideExits(sweep, slotsOf(sweep, rooms), 0, policy)
    for (const end of exit.ends) {
      const home = vacate(rooms, end.runId)
      if (home && end.kind === 'stop' && end.audited) homes.set(end.runId, home)
    }
    return exit
  })
  const filling: Filling = {
    rooms,
    contested,
    policy,
    ended: new Set(exits.flatMap((exit) => exit.ends.map((end) => end.runId))),
    placed: new Map(),
    wanted: new Set(exits.flatMap((exit) => exit.starts.map(({ runId }) => runId))),
    returned: [],
  }
  for (const [index, sweep] of sweeps.entries()) {
    if (!sweep.paused) fillOwn(filling, sweep, exits[index]!.starts)
  }
  if (policy.lend) {
    for (const sweep of sweeps) if (!sweep.paused) borrow(filling, sweep, sweeps)
  }
  const audits = fillAudits({
    rooms,
    sweeps,
    homes,
    stops: exits.flatMap((exit) => exit.ends),
    contested,
  })
  const holds: Hold[] = []
  for (const sweep of sweeps) {
    const own = rooms.bySweep.get(sweep.id) ?? []
    if (own.length === 0) continue
    for (const view of sweep.view.runs) {
      if (view.state !== 'waiting' || filling.placed.has(view.id) || filling.ended.has(view.id)) continue
      const comes = view.points.length === 0 || filling.wanted.has(view.id)
      const reasons = holdRun(rooms.runs.get(view.id)!, own, sweep, comes)
      holds.push({ kind: 'hold', subject: 'run', id: view.id, reasons })
    }
  }
  return {
    actions: [...audits.ends, ...filling.returned, ...filling.placed.values(), ...audits.placed, ...holds],
    kept: exits.flatMap((exit) => exit.kept),
  }
}

interface Filling {
  rooms: Rooms
  contested: boolean
  policy: TuningPolicy
  /** Runs that this plan stops or pauses. */
  ended: Set<string>
  placed: Map<string, PlaceRun>
  /** Runs that their policy would start. */
  wanted: Set<string>
  /** Borrowed slots that their owner takes back. */
  returned: PauseRun[]
}

/** Rules K5 and K6: the policy's order; whoever does not fit lets the next in order pass; lent slots come back. */
function fillOwn(filling: Filling, sweep: SweepWork, starts: readonly ExitDecision[]): void {
  const own = filling.rooms.bySweep.get(sweep.id) ?? []
  const missed = starts.filter((decision) => !startIn(filling, own, decision)).length
  const free = own.some((room) => room.runIds.length < room.slots)
  const lent = own.reduce((sum, room) => sum + foreigners(room, sweep.id, filling.rooms), 0)
  if ((missed === 0 || !free) && lent === 0) return
  const slots = slotsOf(sweep, filling.rooms) + lent + missed
  for (const decision of decideExits(sweep, slots, 0, filling.policy).starts) {
    filling.wanted.add(decision.runId)
    if (startIn(filling, own, decision)) continue
    const run = filling.rooms.runs.get(decision.runId)!
    const room = own.find((candidate) => foreigners(candidate, sweep.id, filling.rooms) > 0)
    if (room === undefined || filling.placed.has(run.id) || filling.ended.has(run.id)) continue
    const guest = room.runIds.findLast((id) => filling.rooms.runs.get(id)?.sweep.id !== sweep.id)!
    const stays = filling.rooms.runs.get(guest)
    if (stays === undefined || filling.placed.has(guest)) continue
    if (room.usedBytes - stays.bytes + run.bytes > room.budgetBytes) continue
    leave(room, stays)
    filling.ended.add(guest)
    filling.returned.push(giveBack(stays, sweep, run))
    startIn(filling, own, decision)
  }
}

/** True where the run got a slot, now or before. */
function startIn(filling: Filling, candidates: readonly Room[], decision: ExitDecision): boolean {
  if (filling.placed.has(decision.runId)) return true
  if (filling.ended.has(decision.runId)) return false
  const run = filling.rooms.runs.get(decision.runId)!
  const room = bestRoom(candidates, run)
  if (room === null) return false
  filling.placed.set(run.id, placeRun(room, run, decision))
  return true
}

function giveBack(guest: PackedRun, owner: SweepWork, run: PackedRun): PauseRun {
  const message = `Its slot was lent by ${owner.name}, which needs it for ${run.id}; it comes back when a slot is free.`
  return { kind: 'pause', subject: 'run', runId: guest.id, reason: 'preempted', why: { rule: 'K7', message } }
}

/** Slots of the sweep's own executors, and those that it has borrowed. */
function slotsOf(sweep: SweepWork, rooms: Rooms): number {
  let slots = 0
  for (const [owner, list] of rooms.bySweep) {
    for (const room of list) {
      if (owner === sweep.id) slots += room.slots - foreigners(room, sweep.id, rooms)
      else slots += room.runIds.filter((id) => rooms.runs.get(id)?.sweep.id === sweep.id).length
    }
  }
  return slots
}

function foreigners(room: Room, sweepId: string, rooms: Rooms): number {
  return room.runIds.filter((id) => rooms.runs.get(id)?.sweep.id !== sweepId).length
}

/** Frees the run's slot; returns where it was. */
function vacate(rooms: Rooms, runId: string): Room | undefined {
  const run = rooms.runs.get(runId)!
  const home = [...rooms.bySweep.values()].flat().find((room) => room.runIds.includes(runId))
  if (home) leave(home, run)
  return home
}

/** Rule K7: the policy is asked once more, with the slots that others leave free, and may widen into them. */
function borrow(filling: Filling, sweep: SweepWork, sweeps: readonly SweepWork[]): void {
  const lenders = sweeps
    .filter((other) => other.id !== sweep.id && !other.paused && other.baseModel === sweep.baseModel)
    .flatMap((other) => filling.rooms.bySweep.get(other.id) ?? [])
    .filter((room) => room.maxLength >= sweep.maxLength && room.runIds.length < room.slots)
  const spare = lenders.reduce((sum, room) => sum + room.slots - room.runIds.length, 0)
  if (spare <= 0) return
  const owned = new Map(lenders.map((room) => [room, ownTokens(room, filling.rooms)]))
  const takes = (room: Room, run: PackedRun) => fits(room, run) && sparesOwner(room, run, owned.get(room)!)
  const isWanted = ({ id, state, audited }: RunView) => {
    const run = filling.rooms.runs.get(id)!
    const mayCome = (state === 'waiting' || (state === 'parked' && !audited)) && !filling.placed.has(id)
    return mayCome && lenders.some((room) => takes(room, run))
  }
  // A policy is not asked about slots that none of the runs could take.
  if (!sweep.view.runs.some(isWanted)) return
  const slots = slotsOf(sweep, filling.rooms) + spare
  for (const decision of decideExits(
    sweep,
    slots,
    filling.contested || !filling.policy.widen ? 0 : spare,
    filling.policy,
  ).starts) {
    const run = filling.rooms.runs.get(decision.runId)!
    startIn(
      filling,
      lenders.filter((room) => takes(room, run)),
      decision,
    )
  }
}

/** Tokens of a step of the runs whose sweep owns the room. */
function ownTokens(room: Room, rooms: Rooms): number {
  let tokens = 0
  for (const id of room.runIds) {
    const run = rooms.runs.get(id)
    if (run?.sweep.id === room.sweepId) tokens += run.stepTokens
  }
  return tokens
}

function placeRun(room: Room, run: PackedRun, exit: ExitDecision): PlaceRun {
  const equal = room.stepTokens.get(run.stepTokens) ?? 0
  enter(room, run)
  const lent = room.sweepId !== run.sweep.id
  return {
    kind: exit.kind === 'resume' ? 'resume' : 'place',
    subject: 'run',
    runId: run.id,
    executorId: room.id,
    gpuIds: room.gpuIds,
    ...(lent ? { lentBy: room.sweepId } : {}),
    exit,
    why: {
      rule: lent ? 'K7' : 'K5',
      message: `Slot ${room.runIds.length} of ${room.slots} in ${room.id}${lent ? ', lent' : ''}; ${equal} of its neighbours ${equal === 1 ? 'has' : 'have'} steps of the same length.`,
    },
  }
}

/**
 * Rule K8: all reasons why a waiting run of a sweep with executors gets no slot now.
 *
 * @param comes it would take a slot if there were one; else its policy lets it wait, and no slot would help
 */
function holdRun(run: PackedRun, rooms: readonly Room[], sweep: SweepWork, comes: boolean): HoldReason[] {
  const reasons: HoldReason[] = []
  if (sweep.paused) {
    const message = 'Its sweep was paused by a person; it starts when the sweep is resumed.'
    reasons.push({ code: 'paused-by-user', message, requested: 1, available: 0 })
  }
  const slots = rooms.reduce((sum, room) => sum + room.slots, 0)
  const free = rooms.reduce((sum, room) => sum + Math.max(0, room.slots - room.runIds.length), 0)
  if (free === 0) {
    const message = `All ${slots} slots of ${sweep.name} train other runs.`
    reasons.push({ code: 'slots-busy', message, requested: 1, available: 0 })
  }
  if ((comes || free === 0) && !rooms.some((room) => room.usedBytes + run.bytes <= room.budgetBytes)) {
    const largest = Math.max(0, ...rooms.map((room) => room.budgetBytes))
    const left = Math.max(0, ...rooms.map((room) => room.budgetBytes - room.usedBytes))
    const needs = `Rank ${run.params.rank} at batch ${run.params.batch_size} needs ${gigabytes(run.bytes)}`
    const message =
      run.bytes > largest
        ? `${needs} beside the base model and its GPUs have ${gigabytes(largest)} left for runs.`
        : `${needs} and ${gigabytes(left)} is free beside the runs that train.`
    reasons.push({ code: 'memory', message, requested: run.bytes, available: left })
  }
  if (reasons.length === 0) {
    const message = 'Waits for its peers: the early-exit policy compares it before it goes on.'
    reasons.push({ code: 'peers', message, requested: 1, available: free })
  }
  return reasons
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
