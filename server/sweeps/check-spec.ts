import { MAX_RUNS, type SweepSpec } from '@/contracts/sweep-spec'
import { parsePolicyParams } from '@/engine/early-exit/parse-params'
import { POLICIES } from '@/engine/early-exit/policies'
import { countSearch } from '@/engine/search/expand-search'
import { searchOf } from './expand-spec'
import type { FieldProblem } from './field-problem'

/** Settings of `early_exit` that belong to every policy and not to one. */
const COMMON_EXIT_SETTINGS = ['policy', 'audit']

const withSeparators = (count: number) => count.toLocaleString('en')

/** What a sweep file says that cannot be, without looking at any model, data or machine. */
export function checkSpec(spec: SweepSpec): FieldProblem[] {
  return [...checkSize(spec), ...checkPolicy(spec)]
}

function checkSize(spec: SweepSpec): FieldProblem[] {
  const count = countSearch(searchOf(spec))
  if (count > MAX_RUNS)
    return [
      {
        path: ['parameters'],
        message: `The search space has ${withSeparators(count)} configurations and a sweep has at most ${withSeparators(MAX_RUNS)} runs. Use fewer values, or method random with a number of runs.`,
      },
    ]
  return []
}

function checkPolicy(spec: SweepSpec): FieldProblem[] {
  const given = Object.fromEntries(
    Object.entries(spec.early_exit).filter(([name]) => !COMMON_EXIT_SETTINGS.includes(name)),
  )
  const parsed = parsePolicyParams(POLICIES[spec.early_exit.policy], given)
  if (parsed.ok) return []
  return parsed.problems.map(({ field, message }) => ({ path: ['early_exit', field], message }))
}
