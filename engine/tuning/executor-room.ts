import { runMemoryBytes } from '../estimate/memory'
import { stepSeconds } from '../estimate/step-seconds'
import type { NodeView } from '../model/cluster'
import type { ExecutorView, MemoryModel, StepModel, SweepWork, TuningSnapshot } from '../model/snapshot'
import type { RunParams } from '../model/tuning'

/** An executor while a plan fills it. */
export interface Room {
  id: string
  sweepId: string
  baseModel: string
  gpuIds: readonly string[]
  maxLength: number
  slots: number
  /** Bytes that runs may use beside the backbone, with the margin taken off. */
  budgetBytes: number
  usedBytes: number
  /** Run ids in slots, those that this plan adds included. */
  runIds: string[]
  /** Step time, where it is known. */
  step?: StepModel
  /** How many runs train with each step size, `batch × length` tokens. */
  stepTokens: Map<number, number>
}

/** A run with what packing needs to know of it. */
export interface PackedRun {
  id: string
  sweep: SweepWork
  params: RunParams
  bytes: number
  /** Tokens that it trains in a step: runs with equal ones step in equal time. */
  stepTokens: number
}

export function packedRun(sweep: SweepWork, id: string, params: RunParams): PackedRun {
  return {
    id,
    sweep,
    params,
    bytes: runMemoryBytes(sweep.memory, params, sweep.maxLength),
    stepTokens: params.batch_size * sweep.maxLength,
  }
}

/**
 * The room of an executor with the given runs in it.
 *
 * @param memory model of the sweep that owns the executor, whose backbone it holds
 */
export function openRoom(
  executor: Pick<ExecutorView, 'id' | 'sweepId' | 'baseModel' | 'gpuIds' | 'slots' | 'maxLength' | 'step'>,
  memory: MemoryModel,
  nodes: readonly NodeView[],
  memoryMargin: number,
  inside: readonly PackedRun[],
): Room {
  const room: Room = {
    id: executor.id,
    sweepId: executor.sweepId,
    baseModel: executor.baseModel,
    gpuIds: executor.gpuIds,
    maxLength: executor.maxLength,
    slots: executor.slots,
    budgetBytes: gpuBytes(executor.gpuIds, nodes) * (1 - memoryMargin) - memory.backboneBytes,
    usedBytes: 0,
    runIds: [],
    step: executor.step,
    stepTokens: new Map(),
  }
  for (const run of inside) enter(room, run)
  return room
}

/** True where the run may join: same base model, short enough, a slot free and memory within the budget (K3, K4). */
export function fits(room: Room, run: PackedRun): boolean {
  return (
    room.baseModel === run.sweep.baseModel &&
    room.maxLength >= run.sweep.maxLength &&
    room.runIds.length < room.slots &&
    room.usedBytes + run.bytes <= room.budgetBytes
  )
}

/** A guest may make the steps of an executor longer by this factor at most, all guests together. */
const MOST_SLOWDOWN = 1.1

/**
 * True where lending the run a slot costs the executor's own runs little (K7): a step has time to spare, or nobody of the
 * owner trains. Where the step time is not known, memory alone decides.
 *
 * @param ownTokens tokens of a step of the owner's runs
 */
export function sparesOwner(room: Room, run: PackedRun, ownTokens: number): boolean {
  if (room.step === undefined || ownTokens === 0) return true
  let tokens = run.stepTokens
  for (const [size, count] of room.stepTokens) tokens += size * count
  const gpus = room.gpuIds.length
  return stepSeconds(room.step, tokens, gpus) <= MOST_SLOWDOWN * stepSeconds(room.step, ownTokens, gpus)
}

/** The room where most runs step in equal time, then the emptiest, then the first by id (rule K5). */
export function bestRoom(rooms: readonly Room[], run: PackedRun): Room | null {
  let best: Room | null = null
  for (const room of rooms) {
    if (!fits(room, run)) continue
    if (best === null || rank(room, run) > rank(best, run)) best = room
  }
  return best
}

function rank(room: Room, run: PackedRun): number {
  return (room.stepTokens.get(run.stepTokens) ?? 0) * 10_000 - room.runIds.length
}

/** Puts the run into the room. */
export function enter(room: Room, run: PackedRun): void {
  room.runIds.push(run.id)
  room.usedBytes += run.bytes
  room.stepTokens.set(run.stepTokens, (room.stepTokens.get(run.stepTokens) ?? 0) + 1)
}

/** Takes the run out of the room: its slot and its memory are free. */
export function leave(room: Room, run: PackedRun): void {
  room.runIds = room.runIds.filter((id) => id !== run.id)
  room.usedBytes -= run.bytes
  room.stepTokens.set(run.stepTokens, (room.stepTokens.get(run.stepTokens) ?? 1) - 1)
}

/** All memory of the named GPUs; an executor that spans several shards its backbone over them. */
export function gpuBytes(gpuIds: readonly string[], nodes: TuningSnapshot['nodes']): number {
  const wanted = new Set(gpuIds)
  let bytes = 0
  for (const node of nodes) for (const gpu of node.gpus) if (wanted.has(gpu.id)) bytes += gpu.memoryBytes
  return bytes
}
