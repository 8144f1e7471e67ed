import { router } from '../../trpc/init'
import { cancelSweep } from './cancel'
import { changeSweep } from './change'
import { cloneSweep } from './clone'
import { sweepCurves } from './curves'
import { estimateSweepProcedure } from './estimate'
import { getSweep } from './get'
import { listSweeps } from './list'
import { renameSweep } from './rename'
import { getSweepResult } from './result'
import { listRuns } from './runs'
import { submitSweepProcedure } from './submit'
import { validateSweep } from './validate'

export const sweepRouter = router({
  list: listSweeps,
  get: getSweep,
  runs: listRuns,
  result: getSweepResult,
  curves: sweepCurves,
  validate: validateSweep,
  estimate: estimateSweepProcedure,
  submit: submitSweepProcedure,
  cancel: cancelSweep,
  change: changeSweep,
  rename: renameSweep,
  clone: cloneSweep,
})
