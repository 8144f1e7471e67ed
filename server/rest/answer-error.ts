import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import type { FieldProblem } from '../sweeps/field-problem'
import { describeError } from '../trpc/describe-error'

/** `{error: {message, field, fields}}`: one sentence, and where it belongs. Never a stack. */
export function refusal(status: number, message: string, fields: readonly FieldProblem[] = []): Response {
  const field = fields[0]?.path.join('.') ?? null
  return Response.json({ error: { message, field, fields } }, { status })
}

/** Seconds after which what was refused for lack of room is worth another try. */
const RETRY_AFTER: Readonly<Record<number, string>> = { 429: '2', 503: '5' }

export function answerError(error: unknown): Response {
  const known =
    error instanceof TRPCError ? error : new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error })
  const { message, fields } = describeError(known)
  const status = getHTTPStatusCodeFromError(known)
  const answer = refusal(status, message, fields)
  const seconds = RETRY_AFTER[status]
  if (seconds) answer.headers.set('retry-after', seconds)
  return answer
}
