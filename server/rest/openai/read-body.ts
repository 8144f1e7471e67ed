import type { z } from 'zod'
import { describeIssues } from '../../sweeps/describe-issues'
import { UserError } from '../../trpc/user-error'

/** A prompt of 10⁵ characters is refused with its own sentence; beyond this nothing is read. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024

/** The JSON body as `schema` wants it. @throws {UserError} one sentence at the field */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  if (Number(request.headers.get('content-length') ?? 0) > LARGEST_BODY_BYTES)
    throw new UserError('The body is larger than 4 MiB.', { code: 'PAYLOAD_TOO_LARGE' })
  let value: unknown
  try {
    value = JSON.parse(await request.text())
  } catch (error) {
    throw new UserError(`The body is not valid JSON: ${(error as Error).message.split('\n')[0]}`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [first] = describeIssues(parsed.error)
  throw new UserError(first?.message ?? 'The body is not valid.', { field: first?.path ?? [] })
}
