import { inOrder } from './in-order'

/** First come, first served: one GPU each, never interrupted. */
export const fcfs = inOrder({
  key: (request) => request.arrivalMs,
  preempts: false,
  degree: (request) => request.shape.base.sp,
  rule: 'S10',
})
