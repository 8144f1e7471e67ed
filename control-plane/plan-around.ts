import { decideTuning } from '../engine/decide'
import type { Plan } from '../engine/model/plan'
import type { TuningPolicy, TuningSnapshot } from '../engine/model/snapshot'

export interface PlannedAround {
  plan: Plan
  /** Sweeps that no decision can be made about, with what went wrong; the plan leaves them as they are. */
  faulty: ReadonlyMap<string, Error>
}

/**
 * A plan for everything that can be planned. Where the decision throws, each sweep is asked about alone, and those that
 * throw by themselves are left out: they keep what they hold, and the others go on.
 *
 * @throws what the decision threw where no single sweep is to blame
 */
export function planAround(snapshot: TuningSnapshot, policy: TuningPolicy): PlannedAround {
  try {
    return { plan: decideTuning(snapshot, policy, snapshot.now), faulty: new Map() }
  } catch (error) {
    const faulty = new Map<string, Error>()
    for (const sweep of snapshot.sweeps)
      try {
        decideTuning({ ...snapshot, sweeps: [sweep] }, policy, snapshot.now)
      } catch (own) {
        faulty.set(sweep.id, own as Error)
      }
    if (faulty.size === 0) throw error
    const sweeps = snapshot.sweeps.filter((sweep) => !faulty.has(sweep.id))
    return { plan: decideTuning({ ...snapshot, sweeps }, policy, snapshot.now), faulty }
  }
}
