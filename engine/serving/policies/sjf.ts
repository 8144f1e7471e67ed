import { isolatedMs } from '../remaining'
import { inOrder } from './in-order'

/** Shortest job first: by its whole time on one GPU, never interrupted. */
export const sjf = inOrder({
  key: (request) => isolatedMs(request),
  preempts: false,
  degree: (request) => request.shape.base.sp,
  rule: 'S11',
})
