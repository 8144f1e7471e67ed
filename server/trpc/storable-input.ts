import { t } from './init'
import { UserError } from './user-error'

/** Sweep files are five deep; what is deeper was made to break readers. */
const DEEPEST = 32

type Path = readonly (string | number)[]

const isStorable = (text: string) => !text.includes('\u0000') && text.isWellFormed()

/** Where a value cannot be stored, and why; `null` where it can. */
function problemIn(value: unknown, path: Path): { path: Path; message: string } | null {
  if (typeof value === 'string')
    return isStorable(value) ? null : { path, message: 'This holds a character that cannot be stored.' }
  if (typeof value !== 'object' || value === null) return null
  if (path.length >= DEEPEST) return { path: [], message: 'The input is nested too deeply.' }
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return { path, message: 'A name here holds a character that cannot be stored.' }
    const problem = problemIn(inner, [...path, key])
    if (problem) return problem
  }
  return null
}

/** Refuses at the door what Postgres would refuse in the middle: NUL, half a surrogate pair, endless nesting. */
export const storableInput = t.middleware(async ({ getRawInput, next }) => {
  const problem = problemIn(await getRawInput(), [])
  if (problem) throw new UserError(problem.message, { field: problem.path })
  return next()
})
