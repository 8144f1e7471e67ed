import { createAuthMiddleware, isAPIError } from 'better-auth/api'
import { database } from '../db/client'

type Action = 'session.begin' | 'session.end' | 'session.refused'

async function record(action: Action, userId: string | null, data: Record<string, string>): Promise<void> {
  await database().prisma.auditEntry.create({
    data: {
      userId,
      via: 'session',
      action,
      outcome: action === 'session.refused' ? 'UNAUTHORIZED' : 'done',
      data,
    },
  })
}

interface StartedSession {
  userId: string
  ipAddress?: string | null
  userAgent?: string | null
}

/** Sessions that begin and end, whichever way of signing in they came by. */
export const auditSessions = {
  session: {
    create: {
      after: (session: StartedSession) =>
        record('session.begin', session.userId, {
          ...(session.ipAddress ? { address: session.ipAddress } : {}),
          ...(session.userAgent ? { browser: session.userAgent.slice(0, 200) } : {}),
        }),
    },
    delete: { after: (session: StartedSession) => record('session.end', session.userId, {}) },
  },
}

/** Refused sign-ins, with the address that was tried; the password is never looked at. */
export const auditRefusals = {
  after: createAuthMiddleware(async (context) => {
    if (!context.path.startsWith('/sign-in/') || !isAPIError(context.context.returned)) return
    const { email } = (context.body ?? {}) as { email?: unknown }
    await record('session.refused', null, typeof email === 'string' ? { email: email.slice(0, 200) } : {})
  }),
}
