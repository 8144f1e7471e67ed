/**
 * Curves travel as base64 of little-endian columns: 200 series of 320 points are 1 MB instead of 5, and neither side
 * walks a quarter of a million numbers to serialise them.
 */
import { z } from 'zod'

/** Points of one metric of one run, in order of step. All columns have `length` entries. */
export const packedCurve = z.object({
  runId: z.string(),
  name: z.string().describe('train_loss, val_loss, learning_rate, grad_norm, …'),
  length: z.int().min(0),
  step: z.string().describe('int32'),
  samples: z.string().describe('int32'),
  seconds: z.string().describe('float32, since the sweep started'),
  value: z.string().describe('float32, NaN where the value was not finite'),
  /** How many points there were before they were reduced. */
  from: z.int().min(0),
})

export type PackedCurve = z.infer<typeof packedCurve>

export interface Curve {
  runId: string
  name: string
  step: Int32Array
  samples: Int32Array
  seconds: Float32Array
  /** NaN where the value was not finite. */
  value: Float32Array
  /** How many points there were before they were reduced. */
  from: number
}

function encode(column: Int32Array | Float32Array): string {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  let text = ''
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192))
  return btoa(text)
}

export function packCurve(curve: Curve): PackedCurve {
  return {
    runId: curve.runId,
    name: curve.name,
    length: curve.step.length,
    step: encode(curve.step),
    samples: encode(curve.samples),
    seconds: encode(curve.seconds),
    value: encode(curve.value),
    from: curve.from,
  }
}
