import type { RunView } from '../model/tuning'

/**
 * How a run stands in its sweep: `going` trains, `pending` would train if it got a slot (new, preempted, or paused at a
 * rung), `out` was stopped, `over` has ended.
 */
export type Standing = 'going' | 'pending' | 'out' | 'over'

export function standing(run: RunView): Standing {
  if (run.audited) return 'out'
  switch (run.state) {
    case 'training':
      return 'going'
    case 'waiting':
      return 'pending'
    case 'parked':
      return run.stopReason === 'preempted' ? 'pending' : 'out'
    case 'done':
    case 'failed':
      return 'over'
  }
}

/** True where the rule may stop or pause this run: it lives, no one pinned it, and no one revived it from this rule. */
export function mayStop(run: RunView, rule: string): boolean {
  const now = standing(run)
  return (now === 'going' || now === 'pending') && !run.pinned && !run.exemptRules.includes(rule)
}
