/** Measured times of a pair of models on one kind of GPU; the `--profile` file of `alto simulate serving`. */
export interface ServingProfile {
  image: readonly ImageTimes[]
  video: readonly VideoTimes[]
  /** Cost of going on with another SP degree, paid before the first step at the new degree. */
  switchMs: number
  /** Cost of going on after a pause or on another leading GPU, paid before the next step. */
  resumeMs: number
}

export interface ImageTimes {
  resolution: string | number
  batch: number
  /** One step of the whole batch. */
  stepMs: number
  /** The whole batch, on one GPU. */
  encodeMs: number
  decodeMs: number
}

export interface VideoTimes {
  resolution: string | number
  frames: number
  /** GPUs that share one step. */
  sp: number
  stepMs: number
  /** Always on one GPU, whatever the degree of the steps. */
  encodeMs: number
  decodeMs: number
}

export type RequestKind = 'image' | 'video'

/** What one unit of a shape may run as: a batch size of an image, an SP degree of a video. */
export interface Mode {
  /** Requests that share a step: 1 for videos. */
  batch: number
  /** GPUs that one step holds: 1 for images. */
  sp: number
  stepMs: number
  encodeMs: number
  decodeMs: number
}

/** Times of one shape (kind, resolution, frames), its modes in ascending width. */
export interface ShapeTimes {
  key: string
  kind: RequestKind
  resolution: string | number
  /** 1 for images. */
  frames: number
  modes: readonly Mode[]
  /** The narrowest mode: batch 1 or the lowest SP degree. */
  base: Mode
  encodeMs: number
  decodeMs: number
}

/** A profile with its rows found by shape. */
export interface StepTimes {
  switchMs: number
  resumeMs: number
  shapes: ReadonlyMap<string, ShapeTimes>
}

export interface Shape {
  kind: RequestKind
  resolution: string | number
  /** Frames of a video; an image has 1. */
  frames: number
}

/** `video/720p/81` and `image/1024`: requests of one shape may share a batch and share their times. */
export function shapeKey(shape: Shape): string {
  return shape.kind === 'image' ? `image/${shape.resolution}` : `video/${shape.resolution}/${shape.frames}`
}

/** Indexes a profile by shape. Rows must have been checked (`parseProfile`); a repeated row: the last one counts. */
export function stepTimesOf(profile: ServingProfile): StepTimes {
  const modes = new Map<string, { shape: Shape; byWidth: Map<number, Mode> }>()
  const add = (shape: Shape, width: number, mode: Mode): void => {
    const known = modes.get(shapeKey(shape)) ?? { shape, byWidth: new Map<number, Mode>() }
    known.byWidth.set(width, mode)
    modes.set(shapeKey(shape), known)
  }
  for (const row of profile.image) {
    const { batch, stepMs, encodeMs, decodeMs } = row
    add({ kind: 'image', resolution: row.resolution, frames: 1 }, batch, {
      batch,
      sp: 1,
      stepMs,
      encodeMs,
      decodeMs,
    })
  }
  for (const row of profile.video) {
    const { sp, stepMs, encodeMs, decodeMs } = row
    add({ kind: 'video', resolution: row.resolution, frames: row.frames }, sp, {
      batch: 1,
      sp,
      stepMs,
      encodeMs,
      decodeMs,
    })
  }
  const shapes = new Map<string, ShapeTimes>()
  for (const [key, { shape, byWidth }] of modes) {
    const widths = [...byWidth.keys()].sort((a, b) => a - b)
    const sorted = widths.map((width) => byWidth.get(width)!)
    const base = sorted[0]!
    shapes.set(key, {
      key,
      ...shape,
      modes: sorted,
      base,
      encodeMs: base.encodeMs,
      decodeMs: base.decodeMs,
    })
  }
  return { switchMs: profile.switchMs, resumeMs: profile.resumeMs, shapes }
}
