import { adaptive } from '../early-exit/adaptive'
import type { Interval } from '../model/cluster'

/**
 * Share of all samples that a sweep trains under an early-exit policy, before anything of it is known: what recorded
 * sweeps showed (`bench/results/early-exit.json`). `adaptive` keeps to its budget and ends a little below it.
 */
const SHARES: Readonly<Record<string, Interval>> = {
  none: { p10: 1, p50: 1, p90: 1 },
  alto: { p10: 0.2, p50: 0.27, p90: 0.32 },
  asha: { p10: 0.1, p50: 0.14, p90: 0.2 },
  hyperband: { p10: 0.45, p50: 0.47, p90: 0.49 },
  median: { p10: 0.3, p50: 0.38, p90: 0.5 },
}

/**
 * @param policy name of the early-exit policy
 * @param budget share that the user gave to `adaptive`
 */
export function expectedShare(policy: string, budget = adaptive.parameters.budget.default): Interval {
  return SHARES[policy] ?? { p10: 0.95 * budget, p50: 0.99 * budget, p90: Math.min(1, 1.02 * budget) }
}
