import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type StepTimes, shapeKey } from '../../engine/serving/profile'
import type { TraceRequest } from '../../engine/sim/serving/trace'

const SCRIPT = fileURLToPath(new URL('./clairvoyant_bound.py', import.meta.url))
const PYTHON = fileURLToPath(new URL('../../agent/.venv/bin/python', import.meta.url))

/**
 * Upper bound on the requests of a trace that any schedule can end on time (`clairvoyant_bound.py` says why). The
 * relaxation is fractional and a schedule is not, so it is rounded down.
 */
export function clairvoyantBound(trace: readonly TraceRequest[], gpus: number, times: StepTimes): number {
  const requests = trace.map((request) => {
    const shape = times.shapes.get(shapeKey(request))!
    const least = (cost: (mode: (typeof shape.modes)[number]) => number): number =>
      Math.min(...shape.modes.map(cost))
    const fixedMs = least((mode) => mode.encodeMs) + least((mode) => mode.decodeMs)
    const fixedGpuMs =
      least((mode) => mode.encodeMs / mode.batch) + least((mode) => mode.decodeMs / mode.batch)
    return {
      release: request.arrivalMs / 1000,
      deadline: request.deadlineMs / 1000,
      steps: request.steps,
      weight: request.weight ?? 1,
      fixedSeconds: fixedMs / 1000,
      fixedGpuSeconds: fixedGpuMs / 1000,
      modes: shape.modes.map((mode) => ({ stepSeconds: mode.stepMs / 1000, gpus: mode.sp / mode.batch })),
    }
  })
  const run = spawnSync(PYTHON, [SCRIPT], {
    input: JSON.stringify({ gpus, requests }),
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  if (run.status !== 0) throw new Error(`The bound could not be computed: ${run.stderr.trim()}`)
  const { bound } = JSON.parse(run.stdout) as { bound: number }
  return Math.floor(bound + 1e-6)
}
