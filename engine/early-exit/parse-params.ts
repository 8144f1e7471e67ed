import type { EarlyExitPolicy, PolicyParameter, PolicyParams } from './policy'

export interface ParamProblem {
  field: string
  /** One sentence that names the field and what is allowed. */
  message: string
}

export type ParsedParams<P> = { ok: true; params: P } | { ok: false; problems: readonly ParamProblem[] }

/** Parameters of a policy, with defaults where `given` has none. Numbers may come as text, as from a form or `--set`. */
export function parsePolicyParams<P extends PolicyParams>(
  policy: EarlyExitPolicy<P>,
  given: Readonly<Record<string, unknown>>,
): ParsedParams<P> {
  const table: Readonly<Record<string, PolicyParameter>> = policy.parameters
  const problems: ParamProblem[] = []
  for (const field of Object.keys(given)) {
    if (!(field in table))
      problems.push({ field, message: unknownField(policy.name, field, Object.keys(table)) })
  }
  const params: Record<string, number> = {}
  for (const [field, parameter] of Object.entries(table)) {
    const value = given[field] === undefined ? parameter.default : toNumber(given[field])
    const message = problemWith(field, value, parameter)
    if (message) problems.push({ field, message })
    params[field] = value
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, params: params as P }
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

function problemWith(field: string, value: number, parameter: PolicyParameter): string | undefined {
  const { min, max, integer } = parameter
  if (Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value)))
    return undefined
  const kind = integer ? 'a whole number' : 'a number'
  return `${field} must be ${kind} from ${min} to ${max}.`
}

function unknownField(policy: string, field: string, known: readonly string[]): string {
  if (known.length === 0) return `${field} is not a setting of policy ${policy}, which has none.`
  return `${field} is not a setting of policy ${policy}. It has ${known.join(', ')}.`
}
