import { type Mode, type Shape, type ShapeTimes, type StepTimes, shapeKey } from './profile'

/**
 * Times of a shape: measured where the profile has it, else those of the nearest measured shape of its kind, scaled by
 * pixels and frames. The first real steps replace the guess. Undefined where nothing of its kind was measured.
 *
 * Resolutions are `widthxheight`; one that is not (`720p`) can only be found, never guessed.
 */
export function shapeTimesOf(times: StepTimes, shape: Shape): ShapeTimes | undefined {
  const key = shapeKey(shape)
  const known = times.shapes.get(key)
  if (known) return known
  const work = pixelsOf(shape.resolution) * shape.frames
  if (!Number.isFinite(work)) return undefined
  let nearest: ShapeTimes | undefined
  let distance = Number.POSITIVE_INFINITY
  for (const other of times.shapes.values()) {
    if (other.kind !== shape.kind) continue
    const apart = Math.abs(Math.log((pixelsOf(other.resolution) * other.frames) / work))
    if (apart < distance || (apart === distance && nearest !== undefined && other.key < nearest.key)) {
      distance = apart
      nearest = other
    }
  }
  if (!nearest) return undefined
  const scale = work / (pixelsOf(nearest.resolution) * nearest.frames)
  const modes = nearest.modes.map((mode) => scaled(mode, scale))
  const base = modes[0]!
  return { key, ...shape, modes, base, encodeMs: base.encodeMs, decodeMs: base.decodeMs }
}

/** Text is encoded in the same time for every size. */
function scaled(mode: Mode, scale: number): Mode {
  return { ...mode, stepMs: mode.stepMs * scale, decodeMs: mode.decodeMs * scale }
}

function pixelsOf(resolution: string | number): number {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(String(resolution)) ?? []
  return Number(width) * Number(height)
}
