import { calibrate, type PastForecast } from '../../engine/estimate/calibration'
import { recalibrate } from '../../engine/estimate/recalibrate'
import { ARMS, armPolicy } from '../../engine/sim/cluster/arms'
import type { ClusterTrace } from '../../engine/sim/cluster/cluster-trace'
import { simulateCluster } from '../../engine/sim/cluster/simulate-cluster'

/**
 * How often the forecast made at a sweep's start held, for each arm of a simulated trace. Each is corrected by what
 * came of the sweeps that had ended by then, as the control plane does.
 */
export function forecastCalibration(trace: ClusterTrace, maxSlots: number, names: readonly string[]) {
  return ARMS.filter((arm) => names.includes(arm.name)).map((arm) => {
    const { policy, exit } = armPolicy(arm, maxSlots)
    const made = new Map<string, Omit<PastForecast, 'actualEnd'>>()
    const result = simulateCluster(trace, policy, exit, {
      onPlan: (plan, now) => {
        for (const action of plan.actions) {
          if (action.kind !== 'place' || action.subject !== 'sweep' || made.has(action.sweepId)) continue
          made.set(action.sweepId, { madeAt: now, end: action.expectedEnd })
        }
      },
    })
    const raw = result.sweeps.flatMap(({ id, end }) => {
      const forecast = made.get(id)
      return forecast === undefined || end === null ? [] : [{ ...forecast, actualEnd: end }]
    })
    const past = raw.map((forecast) => corrected(forecast, raw))
    const ratios = past
      .map(({ madeAt, end, actualEnd }) => (actualEnd - madeAt) / (end.p50 - madeAt))
      .sort((a, b) => a - b)
    return {
      case: `forecasts at the start of a sweep, ${arm.name} (simulated)`,
      ...calibrate(past),
      actualOverP50: { least: ratios[0], median: ratios[ratios.length >> 1], most: ratios.at(-1) },
    }
  })
}

/** The forecast as it would have been told: with what was known when it was made. */
function corrected(forecast: PastForecast, all: readonly PastForecast[]): PastForecast {
  const { madeAt, end } = forecast
  const ratios = all
    .filter(({ actualEnd }) => actualEnd <= madeAt)
    .map((past) => (past.actualEnd - past.madeAt) / (past.end.p50 - past.madeAt))
  const left = recalibrate({ p10: end.p10 - madeAt, p50: end.p50 - madeAt, p90: end.p90 - madeAt }, ratios)
  return { ...forecast, end: { p10: madeAt + left.p10, p50: madeAt + left.p50, p90: madeAt + left.p90 } }
}
