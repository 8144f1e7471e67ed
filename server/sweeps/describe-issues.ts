import type { ZodError } from 'zod'
import type { FieldProblem } from './field-problem'

type Issue = ZodError['issues'][number] & { errors?: ZodError['issues'][]; keys?: string[] }

/** For a union the branch that came closest: the deepest complaint that is not about the type itself. */
function closest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return issue
  const inner = issue.errors
    .flat()
    .filter((one) => one.code !== 'invalid_type' && one.code !== 'unrecognized_keys')
    .sort((a, b) => b.path.length - a.path.length)[0] as Issue | undefined
  if (!inner) return issue
  return closest({ ...inner, path: [...issue.path, ...inner.path] } as Issue)
}

function sentence(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys?.[0] ?? ''
    const where = issue.path.length > 0 ? issue.path.join('.') : 'the sweep file'
    return `${name} is not a field of ${where}.`
  }
  // Zod's own words for a type are no sentence for a person.
  if (issue.message.startsWith('Invalid input'))
    return `${issue.path.join('.') || 'The sweep file'} ${/received undefined/.test(issue.message) ? 'is missing' : 'has a wrong kind of value'}.`
  return issue.message
}

/** Zod's issues as sentences at fields. */
export function describeIssues(error: ZodError): FieldProblem[] {
  return error.issues.map((issue) => {
    const best = closest(issue as Issue)
    const path = best.path.map((part) => (typeof part === 'symbol' ? String(part) : part)) as (
      | string
      | number
    )[]
    const field = best.code === 'unrecognized_keys' && best.keys?.[0] ? [...path, best.keys[0]] : path
    return { path: field, message: sentence(best) }
  })
}
