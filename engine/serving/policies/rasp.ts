import type { ShapeTimes } from '../profile'
import { inOrder } from './in-order'

/** Speed-up per GPU that a static degree must keep; gives the published map {256p: 1, 480p: 2, 720p: 4}. */
const LEAST_EFFICIENCY = 0.9

/** Resolution-aware static parallelism: first come, first served, the degree fixed by the shape. */
export const rasp = inOrder({
  key: (request) => request.arrivalMs,
  preempts: false,
  degree: (request) => staticDegree(request.shape),
  rule: 'S15',
})

/** The widest degree whose speed-up over the narrowest is at least 0.9 per GPU. */
export function staticDegree(shape: ShapeTimes): number {
  let degree = shape.base.sp
  for (const mode of shape.modes) {
    const efficiency = (shape.base.stepMs * shape.base.sp) / (mode.stepMs * mode.sp)
    if (efficiency >= LEAST_EFFICIENCY) degree = Math.max(degree, mode.sp)
  }
  return degree
}
