import { pauseReceipt } from '../../engine/serving/pause-receipt'
import type { RunAction, WaitAction } from '../../engine/serving/plan'
import type { LiveRequest } from './live-request'
import type { Order } from './order'
import type { Recorder } from './recorder'

/** Ends of others are remembered so long, for receipts of pauses. */
const MOST_OUTCOMES = 2_000

/** Writes down what rounds decided about requests, in sentences with the numbers in them. */
export class Receipts {
  private readonly outcomes = new Map<string, boolean>()

  constructor(private readonly recorder: Recorder) {}

  /** What a request does from now on, where that is more than going on. */
  ran(request: LiveRequest, action: RunAction, atMs: number): void {
    if (action.kind === 'continue' || (action.kind === 'resume' && request.openPause)) return
    const kind = kindOf(action)
    request.sentence = action.receipt.message
    this.recorder.receipt({
      requestId: request.id,
      atMs,
      kind,
      rule: action.rule,
      sentence: action.receipt.message,
      seen: { phase: action.phase, sp: action.sp, batch: action.batch, stepsDone: request.stepsDone },
    })
  }

  /** It gives its GPUs back at the next boundary. */
  paused(request: LiveRequest, action: WaitAction, heirs: OpenPauseHeirs, atMs: number): void {
    request.sentence = action.receipt.message
    request.openPause = { afterStep: action.afterStep, sinceMs: atMs, gaveWayTo: heirs }
    request.pauses++
    this.recorder.receipt({
      requestId: request.id,
      atMs,
      kind: 'paused',
      rule: action.rule,
      sentence: action.receipt.message,
      seen: { ...action.receipt, afterStep: action.afterStep, gaveWayTo: heirs },
    })
    this.recorder.touch(request)
  }

  /** It waits on: the newest reason is what its row says. */
  waits(request: LiveRequest, action: WaitAction): void {
    if (request.openPause || request.sentence === action.receipt.message) return
    const wasSetAside = action.kind === 'set-aside' && request.sentence !== null
    request.sentence = action.receipt.message
    if (!wasSetAside) this.recorder.touch(request)
  }

  /** A pause is over: its receipt says how long it was and what it was good for. */
  resumed(request: LiveRequest, order: Order, atMs: number): void {
    const { openPause } = request
    if (!openPause) return
    request.openPause = undefined
    const { afterStep, sinceMs } = openPause
    const gaveWayTo = openPause.gaveWayTo.map((heir) => ({ ...heir, onTime: this.outcomes.get(heir.id) }))
    const sentence = pauseReceipt({ afterStep, pausedMs: atMs - sinceMs, gaveWayTo })
    request.sentence = sentence
    this.recorder.receipt({
      requestId: request.id,
      atMs,
      kind: 'resumed',
      rule: 'S5',
      sentence,
      seen: { afterStep, pausedMs: atMs - sinceMs, gaveWayTo, gpuIds: order.slots.map((slot) => slot.gpuId) },
    })
  }

  ended(requestId: string, onTime: boolean): void {
    this.outcomes.set(requestId, onTime)
    if (this.outcomes.size > MOST_OUTCOMES) {
      const oldest = this.outcomes.keys().next().value
      if (oldest !== undefined) this.outcomes.delete(oldest)
    }
  }
}

type OpenPauseHeirs = { id: string; gpus: number }[]

function kindOf({ kind, receipt }: RunAction): string {
  if (kind === 'resize') return receipt.message.startsWith('Widened') ? 'widened' : 'narrowed'
  return { start: 'started', resume: 'resumed', batch: 'batched', continue: 'continued' }[kind]
}
