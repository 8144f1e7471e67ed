import type { Facts } from '../agent-questions/facts'
import { UserError } from './user-error'

/** Facts for an answer, or the refusal at its field. */
export function demandFacts<T>(facts: Facts<T>, field: string): T {
  if (facts.known) return facts.facts
  if (facts.refusal)
    throw new UserError(facts.refusal.message, { field: (facts.refusal.field ?? field).split('.') })
  throw new UserError(
    'No agent answered, so nobody could read it. Start one with npm start, or add a node.',
    {
      code: 'PRECONDITION_FAILED',
      field: [field],
    },
  )
}
