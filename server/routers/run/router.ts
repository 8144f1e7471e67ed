import { router } from '../../trpc/init'
import { cloneRun } from './clone'
import { runCurve } from './curve'
import { getRun } from './get'
import { runOutputs } from './outputs'
import { pinRun, reviveRun, stopRun, unpinRun } from './wishes'

export const runRouter = router({
  get: getRun,
  curve: runCurve,
  outputs: runOutputs,
  stop: stopRun,
  revive: reviveRun,
  pin: pinRun,
  unpin: unpinRun,
  clone: cloneRun,
})
