import {
  type ServingProfile,
  type ShapeTimes,
  type StepTimes,
  stepTimesOf,
} from '../../engine/serving/profile'
import { DEFAULT_SERVING_SETTINGS } from '../../engine/serving/settings'
import type { RequestView, ServingSnapshot } from '../../engine/serving/snapshot'
import type { TraceRequest } from '../../engine/sim/serving/trace'

/** Round numbers, so that a test can be checked in the head. */
export const smallProfile: ServingProfile = {
  image: [
    { resolution: 's', batch: 1, stepMs: 10, encodeMs: 5, decodeMs: 5 },
    { resolution: 's', batch: 2, stepMs: 16, encodeMs: 6, decodeMs: 8 },
    { resolution: 's', batch: 4, stepMs: 28, encodeMs: 8, decodeMs: 14 },
    { resolution: 'l', batch: 1, stepMs: 40, encodeMs: 5, decodeMs: 10 },
    { resolution: 'l', batch: 2, stepMs: 80, encodeMs: 6, decodeMs: 20 },
  ],
  video: [
    { resolution: 'low', frames: 9, sp: 1, stepMs: 100, encodeMs: 10, decodeMs: 20 },
    { resolution: 'low', frames: 9, sp: 2, stepMs: 70, encodeMs: 10, decodeMs: 20 },
    { resolution: 'high', frames: 9, sp: 1, stepMs: 400, encodeMs: 10, decodeMs: 50 },
    { resolution: 'high', frames: 9, sp: 2, stepMs: 200, encodeMs: 10, decodeMs: 50 },
    { resolution: 'high', frames: 9, sp: 4, stepMs: 110, encodeMs: 10, decodeMs: 50 },
    { resolution: 'high', frames: 5, sp: 1, stepMs: 200, encodeMs: 10, decodeMs: 30 },
  ],
  switchMs: 3,
  resumeMs: 2,
}

export const smallTimes: StepTimes = stepTimesOf(smallProfile)

export const SHAPES = {
  small: 'image/s',
  large: 'image/l',
  low: 'video/low/9',
  high: 'video/high/9',
  short: 'video/high/5',
} as const

export function shapeOf(name: keyof typeof SHAPES, times: StepTimes = smallTimes): ShapeTimes {
  return times.shapes.get(SHAPES[name])!
}

type Given = Partial<Omit<RequestView, 'shape'>> & { shape?: keyof typeof SHAPES | ShapeTimes }

/** A request that has just arrived, unless told otherwise: ten steps, plenty of time. */
export function aRequest({ shape = 'low', ...given }: Given = {}): RequestView {
  return {
    id: 'r',
    shape: typeof shape === 'string' ? shapeOf(shape) : shape,
    steps: 10,
    arrivalMs: 0,
    deadlineMs: 1_000_000,
    weight: 1,
    stage: 'encode',
    stepsDone: 0,
    busyUntilMs: undefined,
    gpus: [],
    lastEndMs: undefined,
    pauses: 0,
    ...given,
  }
}

/** A request that has done some steps on its GPUs and ended the last one at `lastEndMs`. */
export function aStartedRequest(given: Given & { gpus: readonly number[]; lastEndMs: number }): RequestView {
  return aRequest({ stage: 'denoise', stepsDone: 3, ...given })
}

/** GPUs free unless a busy request holds them; `nodeOfGpu` as in the simulator. */
export function aSnapshot(
  requests: readonly RequestView[],
  nodeOfGpu: readonly number[],
  given: Partial<ServingSnapshot> = {},
): ServingSnapshot {
  const gpus = nodeOfGpu.map((node, gpu) => {
    const holder = requests.find(({ busyUntilMs, gpus }) => busyUntilMs !== undefined && gpus.includes(gpu))
    return { node, busyUntilMs: holder?.busyUntilMs ?? Number.NEGATIVE_INFINITY }
  })
  return { requests, gpus, times: smallTimes, history: [], settings: DEFAULT_SERVING_SETTINGS, ...given }
}

/** A line of a trace. */
export function aTraceRequest(given: Partial<TraceRequest> = {}): TraceRequest {
  return {
    id: 'r',
    arrivalMs: 0,
    kind: 'video',
    resolution: 'low',
    frames: 9,
    steps: 10,
    deadlineMs: 1_000_000,
    ...given,
  }
}
