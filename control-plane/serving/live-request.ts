import type { RequestState } from '../../engine/model/request-states'
import type { Shape } from '../../engine/serving/profile'
import type { Stage } from '../../engine/serving/snapshot'
import type { LiveRequestRow } from '../../server/db/serving-rows'
import type { SegmentRow } from '../../server/db/serving-store'
import type { Order } from './order'
import type { Slot } from './slot'

/** A pause that has not ended. */
export interface OpenPause {
  afterStep: number
  sinceMs: number
  gaveWayTo: { id: string; gpus: number }[]
}

/** A request between its arrival and its end, in the memory of the leader. */
export class LiveRequest {
  readonly shape: Shape
  state: RequestState
  stage: Stage
  stepsDone: number
  attempt: number
  pauses: number
  /** What it is in, and what it will be in from the next boundary on. */
  order: Order | undefined
  next: Order | undefined
  /** GPUs of its running or last interval, leader first. */
  slots: readonly Slot[] = []
  startedMs: number | null = null
  lastEndMs: number | undefined
  /** The executor that holds its state in memory. */
  heldBy: string | null
  /** Newest state on disk. */
  parked: { path: string; stage: Stage; stepsDone: number } | null
  isCancelled: boolean
  /** When its executor was told; it is ended without it some time later. */
  cancelledMs: number | undefined
  /** Decoded: only its file is waited for. */
  isOver = false
  /** A leader before this one had it running in an executor whose node has not come back yet. */
  isUnaccounted = false
  sentence: string | null = null
  openPause: OpenPause | undefined
  /** The bar of its waterfall that still grows. */
  segment: SegmentRow | undefined
  segmentOrderId: string | undefined
  segments: number

  constructor(
    readonly row: LiveRequestRow,
    readonly weight: number,
  ) {
    this.shape = { kind: row.kind, resolution: `${row.width}x${row.height}`, frames: row.frames }
    this.state = row.state
    this.stage = row.stage
    this.stepsDone = row.stepsDone
    this.attempt = row.attempt
    this.pauses = row.pauses
    this.lastEndMs = row.lastEndMs ?? undefined
    this.parked =
      row.parkedPath && row.parkedStage
        ? { path: row.parkedPath, stage: row.parkedStage, stepsDone: row.parkedStep ?? 0 }
        : null
    this.heldBy = row.heldBy
    this.isCancelled = row.isCancelled
    this.segments = row.segments
  }

  get id(): string {
    return this.row.id
  }

  get steps(): number {
    return this.row.steps
  }

  /** Waits for GPUs. */
  get isWaiting(): boolean {
    return !this.isOver && !this.isCancelled && this.order === undefined && this.next === undefined
  }

  /** True where an executor that does not hold it could go on without losing a step. */
  get isOnDisk(): boolean {
    return this.parked?.stage === this.stage && this.parked.stepsDone === this.stepsDone
  }

  /** True where it may go on in `executorId`. */
  mayRunIn(executorId: string): boolean {
    const isFresh = this.stage === 'encode'
    return isFresh || this.heldBy === executorId || this.isOnDisk
  }

  /** Where it stands after one more phase or step; undefined after its decode. */
  afterUnit(): { stage: Stage; stepsDone: number } | undefined {
    if (this.stage === 'encode') return { stage: 'denoise', stepsDone: 0 }
    if (this.stage === 'decode') return undefined
    const stepsDone = this.stepsDone + 1
    return { stage: stepsDone >= this.steps ? 'decode' : 'denoise', stepsDone }
  }

  /** Begins anew from what is on disk, or from the start, as its row says. */
  restart(row: LiveRequestRow): void {
    this.attempt = row.attempt
    this.stage = row.stage
    this.stepsDone = row.stepsDone
    this.state = row.state
    this.order = undefined
    this.next = undefined
    this.slots = []
    this.heldBy = null
    this.isOver = false
    this.isUnaccounted = false
    this.openPause = undefined
    this.segment = undefined
  }
}
