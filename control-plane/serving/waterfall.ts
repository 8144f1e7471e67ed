import type { Stage } from '../../engine/serving/snapshot'
import type { LiveRequest } from './live-request'
import type { Recorder } from './recorder'

interface Unit {
  phase: Stage
  startMs: number
  endMs: number
  fromStep: number
  stepsDone: number
  batch: number
  /** Steps of one order are one bar, however long a preview between them took. */
  orderId: string
}

/** Adds a phase or step to the waterfall of a request: steps of one order in the same batch are one bar. */
export function growBar(request: LiveRequest, recorder: Recorder, unit: Unit): void {
  const gpuIds = request.slots.map((slot) => slot.gpuId)
  const { phase, startMs, endMs, fromStep, stepsDone, batch, orderId } = unit
  const before = request.segment
  const isSame =
    before !== undefined &&
    phase === 'denoise' &&
    before.phase === phase &&
    before.batch === batch &&
    request.segmentOrderId === orderId
  if (isSame) {
    before.endMs = endMs
    before.steps = stepsDone - before.fromStep
  } else {
    request.segmentOrderId = orderId
    request.segment = {
      requestId: request.id,
      number: request.segments++,
      phase,
      startMs,
      endMs,
      fromStep,
      steps: phase === 'denoise' ? stepsDone - fromStep : 0,
      sp: phase === 'denoise' ? gpuIds.length : 1,
      batch,
      gpuIds: phase === 'denoise' ? gpuIds : gpuIds.slice(0, 1),
    }
  }
  recorder.segment(request.segment!)
}
