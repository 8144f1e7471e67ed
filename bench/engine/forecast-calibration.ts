import { calibrate, type PastForecast } from '../../engine/estimate/calibration'
import { ARMS, armPolicy } from '../../engine/sim/cluster/arms'
import type { ClusterTrace } from '../../engine/sim/cluster/cluster-trace'
import { simulateCluster } from '../../engine/sim/cluster/simulate-cluster'

/** How often the forecast made at a sweep's start held, for each arm of a simulated trace. */
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
    const past = result.sweeps.flatMap(({ id, end }) => {
      const forecast = made.get(id)
      return forecast === undefined || end === null ? [] : [{ ...forecast, actualEnd: end }]
    })
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
