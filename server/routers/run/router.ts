import { router } from '../../trpc/init'
import { cloneRun } from './clone'
import { runCurve } from './curve'
import { getRun } from './get'
import { runOutputs } from './outputs'
import { runRevivePrice } from './revive-price'
import { pinRun, reviveRun, stopRun, unpinRun } from './wishes'

export const runRouter = router({
  get: getRun,
  curve: runCurve,
  outputs: runOutputs,
  revivePrice: runRevivePrice,
  stop: stopRun,
  revive: reviveRun,
  pin: pinRun,
  unpin: unpinRun,
  clone: cloneRun,
})
