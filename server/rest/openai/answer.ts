import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { describeError } from '../../trpc/describe-error'

/** Our fields by the names that they have in the body. */
const NAMES: Record<string, string> = {
  width: 'size',
  height: 'size',
  count: 'n',
  deadlineMs: 'deadline_ms',
  acceptLate: 'accept_late',
  webhookUrl: 'webhook_url',
  deploymentId: 'model',
  kind: 'model',
}

const CODES: Record<number, { type: string; code: string | null }> = {
  400: { type: 'invalid_request_error', code: null },
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  403: { type: 'invalid_request_error', code: 'insufficient_permissions' },
  404: { type: 'invalid_request_error', code: 'not_found' },
  409: { type: 'invalid_request_error', code: 'deadline_cannot_be_met' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
}

/** Seconds after which a full line is worth another try. */
const RETRY_AFTER = '2'

/** A refusal in the shape that OpenAI's clients read. */
export function openAiRefusal(status: number, message: string, param: string | null = null): Response {
  const { type, code } = CODES[status] ?? {
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    code: null,
  }
  return Response.json(
    { error: { message, type, param, code } },
    { status, ...(status === 429 ? { headers: { 'retry-after': RETRY_AFTER } } : {}) },
  )
}

export function openAiError(error: unknown): Response {
  const known =
    error instanceof TRPCError ? error : new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error })
  const { message, fields } = describeError(known)
  const last = fields[0]?.path.at(-1)
  const param = last === undefined ? null : (NAMES[String(last)] ?? String(last))
  return openAiRefusal(getHTTPStatusCodeFromError(known), message, param)
}
