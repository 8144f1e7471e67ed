import { slackMs } from '../remaining'
import { inOrder } from './in-order'

/** Least slack first, pausing at step boundaries; one GPU each. Late requests have the least slack and go first. */
export const leastSlack = inOrder({
  key: (request, now) => slackMs(request, request.shape.base, now),
  preempts: true,
  degree: (request) => request.shape.base.sp,
  rule: 'S14',
})
