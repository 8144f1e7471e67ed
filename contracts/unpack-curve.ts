import type { Curve, PackedCurve } from './packed-curve'

function decode(text: string): ArrayBuffer {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes.buffer
}

/** The columns of a packed curve. In a file of its own, since a page that draws has no use for the schema's library. */
export function unpackCurve(packed: PackedCurve): Curve {
  return {
    runId: packed.runId,
    name: packed.name,
    step: new Int32Array(decode(packed.step)),
    samples: new Int32Array(decode(packed.samples)),
    seconds: new Float32Array(decode(packed.seconds)),
    value: new Float32Array(decode(packed.value)),
    from: packed.from,
  }
}
