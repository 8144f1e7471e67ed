import type { Random } from '../../engine/random'

export const MEANS = ['kill', 'freeze', 'cut'] as const
export const TARGETS = ['agent', 'control-plane', 'web', 'postgres', 'executor'] as const
export const MOMENTS = ['training', 'evaluating', 'checkpointing', 'serving'] as const
/** 0, 20 and 60 s of a lease of 60 s, as shares of the lease, and one after which a node is lost. */
export const OUTAGES = { none: 0, short: 1 / 3, lease: 1, long: 2.75 } as const

export type Target = (typeof TARGETS)[number]
export type Moment = (typeof MOMENTS)[number]

/** What is done to whom, when, and for how many leases. */
export interface Fault {
  means: (typeof MEANS)[number]
  target: Target
  moment: Moment
  outage: keyof typeof OUTAGES
}

export const faultName = (fault: Fault) =>
  `${fault.means} ${fault.target} while ${fault.moment}, for ${OUTAGES[fault.outage].toFixed(2)} leases`

/** An executor has no connection that could be cut: only the pipe to its agent, which lives and dies with both. */
const exists = (fault: Fault) => !(fault.means === 'cut' && fault.target === 'executor')

/** The whole restart matrix. Beyond it, `long` outages are part of the random faults only. */
export function matrix(targets: readonly Target[]): Fault[] {
  return MEANS.flatMap((means) =>
    targets.flatMap((target) =>
      (['none', 'short', 'lease'] as const).flatMap((outage) =>
        MOMENTS.map((moment): Fault => ({ means, target, outage, moment })),
      ),
    ),
  ).filter(exists)
}

/** Faults drawn one after the other; the same generator gives the same ones. */
export function randomFaults(count: number, targets: readonly Target[], rng: Random): Fault[] {
  const pick = <T>(items: readonly T[]): T => items[rng.integer(items.length)]!
  const faults: Fault[] = []
  while (faults.length < count) {
    const fault: Fault = {
      means: pick(MEANS),
      target: pick(targets),
      moment: pick(MOMENTS),
      outage: rng.next() < 0.1 ? 'long' : pick(['none', 'short', 'lease'] as const),
    }
    if (exists(fault)) faults.push(fault)
  }
  return faults
}
