import { prismaAdapter } from '@better-auth/prisma-adapter'
import { betterAuth } from 'better-auth'
import { genericOAuth } from 'better-auth/plugins'
import { database } from '../db/client'
import { env } from '../env'
import { auditRefusals, auditSessions } from './audit-sign-ins'

/** Id under which the single sign-on of `OIDC_*` is known to better-auth. */
export const OIDC_PROVIDER = 'oidc'

function oidcPlugins() {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = env()
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return []
  return [
    genericOAuth({
      config: [
        {
          providerId: OIDC_PROVIDER,
          discoveryUrl: `${OIDC_ISSUER.replace(/\/$/, '')}/.well-known/openid-configuration`,
          clientId: OIDC_CLIENT_ID,
          clientSecret: OIDC_CLIENT_SECRET,
          scopes: ['openid', 'email', 'profile'],
          pkce: true,
          // Whoever may use the cluster is invited; signing in elsewhere does not make an account here.
          disableImplicitSignUp: true,
          disableSignUp: true,
        },
      ],
    }),
  ]
}

function createAuth() {
  const { ALTO_URL, ALTO_SECRET } = env()
  const secure = ALTO_URL.startsWith('https://')
  return betterAuth({
    appName: 'Alto',
    baseURL: ALTO_URL,
    secret: ALTO_SECRET,
    database: prismaAdapter(database().prisma, { provider: 'postgresql', transaction: true }),
    // People open the same server by several names (localhost, an address): what came from its own page is trusted.
    trustedOrigins: (request) => {
      const host = request?.headers.get('host')
      return host ? [`http://${host}`, `https://${host}`] : []
    },
    telemetry: { enabled: false },
    // Accounts come from the set-up link or an invitation (server/auth/create-account.ts), never from a public form.
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    user: { additionalFields: { isOwner: { type: 'boolean', input: false, defaultValue: false } } },
    session: { expiresIn: 14 * 24 * 3600, updateAge: 24 * 3600 },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 200,
      customRules: { '/sign-in/email': { window: 60, max: 10 }, '/sign-in/*': { window: 60, max: 20 } },
    },
    advanced: {
      useSecureCookies: secure,
      cookiePrefix: 'alto',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure },
    },
    databaseHooks: auditSessions,
    hooks: auditRefusals,
    plugins: oidcPlugins(),
  })
}

const holder = globalThis as typeof globalThis & { altoAuth?: ReturnType<typeof createAuth> }

/** Sign-in of this process, made on first use; kept on `globalThis`, since a development server loads modules again. */
export function auth(): ReturnType<typeof createAuth> {
  holder.altoAuth ??= createAuth()
  return holder.altoAuth
}
