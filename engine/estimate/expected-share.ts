import type { Interval } from '../model/cluster'

/**
 * Share of all samples that a sweep trains under an early-exit policy, before anything of it is known: what recorded
 * sweeps showed (`bench/results/early-exit.json`), with the published cut at 5% and 25% for `alto`.
 */
const SHARES: Readonly<Record<string, Interval>> = {
  none: { p10: 1, p50: 1, p90: 1 },
  alto: { p10: 0.08, p50: 0.24, p90: 0.29 },
  asha: { p10: 0.1, p50: 0.14, p90: 0.2 },
  hyperband: { p10: 0.18, p50: 0.3, p90: 0.45 },
  median: { p10: 0.3, p50: 0.5, p90: 0.75 },
}

/**
 * @param policy name of the early-exit policy
 * @param budget share that the user gave to `adaptive`
 */
export function expectedShare(policy: string, budget = 0.2): Interval {
  return SHARES[policy] ?? { p10: 0.85 * budget, p50: budget, p90: Math.min(1, 1.2 * budget) }
}
