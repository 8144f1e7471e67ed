import type { TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { log } from '../log'
import { describeIssues } from '../sweeps/describe-issues'
import type { FieldProblem } from '../sweeps/field-problem'
import { UserError } from './user-error'

export interface ErrorDescription {
  /** One sentence for people. */
  message: string
  fields: FieldProblem[]
}

const isUnreachableDatabase = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  return (
    code === 'ECONNREFUSED' ||
    code === 'P1001' ||
    code === '57P03' ||
    code === '57P01' ||
    /ECONNREFUSED|timeout exceeded when trying to connect|Query read timeout|Connection terminated|database system is (starting|shutting)/i.test(
      message ?? '',
    )
  )
}

/** Postgres says 53100; a driver may wrap that, and a connection that cannot even be made says it in words. */
const isFullDisk = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false
  const { code, originalCode, message, cause } = error as Record<string, unknown>
  if (code === '53100' || originalCode === '53100') return true
  return (typeof message === 'string' && message.includes('No space left on device')) || isFullDisk(cause)
}

/** What an answer may say about an error: a sentence and fields, never a stack or a driver's message. */
export function describeError(error: TRPCError): ErrorDescription {
  if (error instanceof UserError)
    return {
      message: error.message,
      fields: error.field.length > 0 ? [{ path: [...error.field], message: error.message }] : [],
    }
  const cause = error.cause
  if (error.code === 'BAD_REQUEST' && cause instanceof ZodError) {
    const fields = describeIssues(cause)
    return { message: fields[0]?.message ?? 'The input is not valid.', fields }
  }
  if (isUnreachableDatabase(cause ?? error))
    return { message: 'The database does not answer. It is tried again; nothing was changed.', fields: [] }
  if (isFullDisk(cause ?? error)) {
    log.error({ err: cause ?? error }, 'the disk of the database is full')
    return {
      message:
        'The disk of the database is full, and nothing was changed. Free some space on it, then try again.',
      fields: [],
    }
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    log.error({ err: cause ?? error }, 'request failed')
    return { message: 'Something failed inside Alto. The log of the web process says what.', fields: [] }
  }
  return { message: error.message, fields: [] }
}
