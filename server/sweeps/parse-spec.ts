import { ZodError } from 'zod'
import { type SweepSpec, sweepSpec } from '@/contracts/sweep-spec'
import { checkSpec } from './check-spec'
import { describeIssues } from './describe-issues'
import type { FieldProblem } from './field-problem'

export type ParsedSpec =
  | { spec: SweepSpec; problems: FieldProblem[] }
  | { spec: null; problems: FieldProblem[] }

/** Reads a sweep file of any origin; every problem names its field. */
export function parseSpec(input: unknown): ParsedSpec {
  const result = sweepSpec.safeParse(input)
  if (!result.success) return { spec: null, problems: describeIssues(new ZodError(result.error.issues)) }
  return { spec: result.data, problems: checkSpec(result.data) }
}
