import { remainingMs } from '../remaining'
import { inOrder } from './in-order'

/** Shortest remaining time first, pausing at step boundaries; one GPU each. */
export const srtf = inOrder({
  key: (request, now) => remainingMs(request, request.shape.base, now),
  preempts: true,
  degree: (request) => request.shape.base.sp,
  rule: 'S13',
})
