import { type ParameterName, parameterValues, sweepSpec } from '@/contracts/sweep-spec'
import { readValue } from '../sweeps/read-changes'
import { parameterLabel } from '../ui/format/parameter'
import { formToSpec, type ParameterField, type SweepForm } from './sweep-form'

/** Sentences by field: `name`, `parameters.dropout`, `epochs`, … the same paths as in the sweep file. */
export type Problems = Readonly<Record<string, string>>

/** A value that was probably meant where a fraction was typed as a whole number. */
function guess(name: ParameterName, value: unknown): string {
  if (typeof value !== 'number' || value < 1) return ''
  if (name === 'dropout' || name === 'warmup_ratio') {
    const options = [value / 10, value / 100]
      .filter((one) => one < 1)
      .map((one) => String(Number(one.toPrecision(3))))
    return options.length > 0 ? ` Did you mean ${options.join(' or ')}?` : ''
  }
  return name === 'learning_rate' && value > 1 ? ` Did you mean ${value}e-4?` : ''
}

/** The sentence about one value, or `null` where it is allowed. */
export function checkValue(name: ParameterName, text: string): string | null {
  const value = readValue(text)
  const parsed = parameterValues[name].safeParse(value)
  if (parsed.success) return null
  return `${parsed.error.issues[0]?.message ?? 'This value is not allowed.'}${guess(name, value)}`
}

export function checkParameter(field: ParameterField, method: SweepForm['method']): string | null {
  if (field.how === 'values') {
    if (field.texts.length === 0)
      return `Give at least one value for ${parameterLabel(field.name).toLowerCase()}.`
    for (const text of field.texts) {
      const problem = checkValue(field.name, text)
      if (problem) return problem
    }
    return null
  }
  if (method === 'grid') return 'A grid needs values; a range works with random and TPE.'
  for (const bound of [field.min, field.max]) {
    const problem = bound.trim() === '' ? 'Give a minimum and a maximum.' : checkValue(field.name, bound)
    if (problem) return problem
  }
  if (Number(field.min) >= Number(field.max)) return 'The maximum must be above the minimum.'
  if (field.distribution === 'log_uniform' && Number(field.min) <= 0)
    return 'A logarithmic range must start above 0.'
  return null
}

/** Everything that the sweep file's own schema refuses, each sentence at its field. */
export function checkForm(form: SweepForm): Problems {
  const problems: Record<string, string> = {}
  for (const field of form.parameters) {
    const problem = checkParameter(field, form.method)
    if (problem) problems[`parameters.${field.name}`] = problem
  }
  if (form.parameters.length === 0) problems.parameters = 'Add at least one parameter to search over.'
  const parsed = sweepSpec.safeParse(formToSpec(form))
  if (!parsed.success)
    for (const issue of parsed.error.issues) {
      const path =
        issue.path[0] === 'parameters' ? issue.path.slice(0, 2).join('.') : String(issue.path[0] ?? '')
      problems[path] ??= issue.message
    }
  return problems
}

export interface Count {
  total: number
  /** "4 × 3 × 3": values that are allowed, in the order of the form. */
  factors: number[]
}

/** How many runs the form makes: the product of the allowed values of a grid, or the number asked for. */
export function countRuns(form: SweepForm): Count {
  const factors = form.parameters.map((field) =>
    field.how === 'values' ? field.texts.filter((text) => checkValue(field.name, text) === null).length : 1,
  )
  if (form.method !== 'grid') return { total: Math.max(0, Math.floor(Number(form.runs) || 0)), factors }
  return { total: factors.reduce((product, factor) => product * factor, factors.length > 0 ? 1 : 0), factors }
}
