import { initTRPC } from '@trpc/server'
import superjson from 'superjson'
import type { Role } from '../auth/roles'
import type { Context } from './context'
import { describeError } from './describe-error'

/** What a procedure needs; every procedure declares it, and the matrix test reads it from here. */
export interface Meta {
  scope: 'public' | 'person' | 'project' | 'cluster'
  role?: Role
}

export const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 5_000 }, client: { reconnectAfterInactivityMs: 15_000 } },
    errorFormatter({ shape, error }) {
      const { message, fields } = describeError(error)
      return { ...shape, message, data: { code: shape.data.code, httpStatus: shape.data.httpStatus, fields } }
    },
  })

export const router = t.router
export const createCallerFactory = t.createCallerFactory
