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
}

/** Two steps that are further apart are two bars. */
const GAP_MS = 100

/** Adds a phase or step to the waterfall of a request: steps in a row on the same GPUs in the same batch are one bar. */
export function growBar(request: LiveRequest, recorder: Recorder, unit: Unit): void {
  const gpuIds = request.slots.map((slot) => slot.gpuId)
  const { phase, startMs, endMs, fromStep, stepsDone, batch } = unit
  const before = request.segment
  const isSame =
    before !== undefined &&
    phase === 'denoise' &&
    before.phase === phase &&
    before.batch === batch &&
    startMs - before.endMs < GAP_MS &&
    before.gpuIds.length === gpuIds.length &&
    before.gpuIds.every((gpu, index) => gpu === gpuIds[index])
  if (isSame) {
    before.endMs = endMs
    before.steps = stepsDone - before.fromStep
  } else {
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
