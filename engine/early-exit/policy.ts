import type { ExitDecision, SweepView } from '../model/tuning'

export const POLICY_NAMES = ['none', 'alto', 'asha', 'hyperband', 'median', 'adaptive'] as const

export type PolicyName = (typeof POLICY_NAMES)[number]

export type PolicyParams = Readonly<Record<string, number>>

/** One setting of a policy, as the form and the rule lab show it. */
export interface PolicyParameter {
  label: string
  /** One sentence: what it does and which way to move it. */
  help: string
  default: number
  /** Both ends are allowed values. */
  min: number
  max: number
  integer?: boolean
}

/**
 * Decides which runs of a sweep live. `decide` is a pure function of what is recorded, so that a leader that starts
 * anew decides as if it had never been away:
 *
 * - the same view gives the same decisions, whatever the order of `view.runs`;
 * - applied and asked again, it has nothing to add;
 * - no decision depends on what a run would do after its last recorded point.
 *
 * It is called at every new evaluation, when a run ends, and when the number of slots changes.
 */
export interface EarlyExitPolicy<P extends PolicyParams = PolicyParams> {
  name: PolicyName
  label: string
  /** One or two sentences for the form. */
  summary: string
  parameters: { readonly [K in keyof P]: PolicyParameter }
  decide(view: SweepView, params: P): readonly ExitDecision[]
}
