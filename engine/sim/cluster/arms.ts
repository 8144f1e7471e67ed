import { POLICIES } from '../../early-exit/policies'
import type { PolicyName } from '../../early-exit/policy'
import type { TuningPolicy } from '../../model/snapshot'
import { TUNING_DEFAULTS } from '../../tuning/defaults'
import type { ExitSetting } from './take-snapshot'

/** One way to run a cluster, to be compared with others on the same trace. */
export interface Arm {
  name: string
  /** One sentence for tables. */
  summary: string
  interTask: TuningPolicy['interTask']
  exits: PolicyName
  lend: boolean
  moves: boolean
}

/** The ablation of the ALTO paper, and ours. In all of them adapters of a sweep train together. */
export const ARMS: readonly Arm[] = [
  {
    name: 'batching',
    summary: 'sweeps strictly in order, every run to its end',
    interTask: 'fifo',
    exits: 'none',
    lend: false,
    moves: false,
  },
  {
    name: 'batching+scheduler',
    summary: 'sweeps planned for the shortest makespan, every run to its end',
    interTask: 'planned',
    exits: 'none',
    lend: false,
    moves: false,
  },
  {
    name: 'batching+exits',
    summary: 'sweeps strictly in order, published early exits',
    interTask: 'fifo',
    exits: 'alto',
    lend: false,
    moves: false,
  },
  {
    name: 'all',
    summary: 'planned, published early exits: the paper',
    interTask: 'planned',
    exits: 'alto',
    lend: false,
    moves: false,
  },
  {
    name: 'ours',
    summary: 'planned, adaptive early exits, slots lent, moves that pay',
    interTask: 'planned',
    exits: 'adaptive',
    lend: true,
    moves: true,
  },
]

/**
 * The tuning policy of an arm, with the early-exit rules at their defaults.
 *
 * @param maxSlots adapters in one executor at most
 */
export function armPolicy(arm: Arm, maxSlots: number): { policy: TuningPolicy; exit: ExitSetting } {
  const rule = POLICIES[arm.exits]
  const parameters = Object.fromEntries(
    Object.entries(rule.parameters).map(([name, parameter]) => [name, parameter.default]),
  )
  return {
    policy: {
      ...TUNING_DEFAULTS,
      maxSlots,
      interTask: arm.interTask,
      lend: arm.lend,
      widen: false,
      moves: arm.moves ? TUNING_DEFAULTS.moves : false,
      exits: (view) => rule.decide(view, parameters),
    },
    exit: { name: arm.exits, budget: parameters.budget },
  }
}
