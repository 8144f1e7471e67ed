import { inOrder } from './in-order'

/** Earliest deadline first, pausing at step boundaries; one GPU each. */
export const edf = inOrder({
  key: (request) => request.deadlineMs,
  preempts: true,
  degree: (request) => request.shape.base.sp,
  rule: 'S12',
})
