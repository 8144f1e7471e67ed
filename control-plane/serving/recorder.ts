import type { JournalEntry } from '../../server/db/journal'
import type { ProfileRow } from '../../server/db/serving-profile'
import type { ReceiptRow, RequestProgress, SegmentRow, ServingBatch } from '../../server/db/serving-store'
import type { LiveRequest } from './live-request'

/** Collects what is to be written, so that no step waits for the database. */
export class Recorder {
  private readonly changed = new Map<string, LiveRequest>()
  private readonly segments = new Map<string, SegmentRow>()
  private readonly previews = new Map<string, ServingBatch['previews'][number]>()
  private receipts: ReceiptRow[] = []
  private journal: JournalEntry[] = []

  touch(request: LiveRequest): void {
    this.changed.set(request.id, request)
  }

  segment(segment: SegmentRow): void {
    this.segments.set(`${segment.requestId} ${segment.number}`, segment)
  }

  receipt(receipt: ReceiptRow): void {
    this.receipts.push(receipt)
  }

  preview(preview: ServingBatch['previews'][number], deploymentId: string): void {
    this.previews.set(preview.id, preview)
    this.journal.push({
      kind: 'request',
      jobId: deploymentId,
      data: { requestId: preview.id, preview: preview.step },
    })
  }

  tell(entry: JournalEntry): void {
    this.journal.push(entry)
  }

  get isEmpty(): boolean {
    return (
      this.changed.size === 0 &&
      this.segments.size === 0 &&
      this.receipts.length === 0 &&
      this.journal.length === 0
    )
  }

  /** Everything since the last call. */
  take(
    profiles: readonly { deploymentId: string; rows: readonly ProfileRow[]; figures: unknown }[],
  ): ServingBatch {
    const requests = [...this.changed.values()].flatMap(progressOf)
    const decoded = [...this.changed.values()].filter((request) => request.isOver)
    const batch: ServingBatch = {
      requests,
      segments: [...this.segments.values()].map((segment) => ({ ...segment })),
      receipts: this.receipts,
      previews: [...this.previews.values()],
      profiles,
      journal: [...this.journal, ...requests.map(entryOf), ...decoded.map(lastBar)],
    }
    this.changed.clear()
    this.segments.clear()
    this.previews.clear()
    this.receipts = []
    this.journal = []
    return batch
  }
}

function progressOf(request: LiveRequest): RequestProgress[] {
  const { state } = request
  if (request.isOver) return []
  if (state !== 'queued' && state !== 'running' && state !== 'paused') return []
  return [
    {
      id: request.id,
      deploymentId: request.row.deploymentId,
      attempt: request.attempt,
      state,
      stage: request.stage,
      stepsDone: request.stepsDone,
      gpuIds: request.slots.map((slot) => slot.gpuId),
      heldBy: request.heldBy,
      startedMs: request.startedMs,
      lastEndMs: request.lastEndMs ?? null,
      pauses: request.pauses,
      sentence: request.sentence,
    },
  ]
}

function entryOf({ deploymentId, id, state, stage, stepsDone }: RequestProgress): JournalEntry {
  return { kind: 'request', jobId: deploymentId, data: { requestId: id, state, stage, stepsDone } }
}

/** Its end is told by who stores the result; this says that its waterfall is complete. */
function lastBar({ row, stepsDone }: LiveRequest): JournalEntry {
  return { kind: 'request', jobId: row.deploymentId, data: { requestId: row.id, stage: 'decode', stepsDone } }
}
