import type { ZodType } from 'zod'

/** The settings of a schema from the environment. @throws with one sentence that names the first wrong variable */
export function readEnv<T>(schema: ZodType<T>, env: NodeJS.ProcessEnv): T {
  const result = schema.safeParse(env)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw new Error(`${issue.path.join('.')}: ${issue.message}`)
}
