/** Environment of the control plane. `alto up` sets all of it. */

import { z } from 'zod'
import { readEnv } from './read-env'

const seconds = z.coerce.number().positive()

const schema = z.object({
  DATABASE_URL: z.string({
    error: 'DATABASE_URL must name a Postgres, such as postgresql://user@host/alto.',
  }),
  ALTO_GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(7412),
  /** Agents of other machines reach only what listens beyond this one. */
  ALTO_GATEWAY_HOST: z.string().default('127.0.0.1'),
  ALTO_DATA_DIR: z.string().default('./data'),
  /** An agent that cannot renew for this long parks its work by itself. */
  ALTO_LEASE_SECONDS: seconds.default(60),
  ALTO_HEARTBEAT_SECONDS: seconds.default(2),
  /** A node's identity is good for so long, and renewed at half of it. */
  ALTO_IDENTITY_HOURS: z.coerce.number().positive().default(24),
  /** Adapters in one executor at most. */
  ALTO_MAX_SLOTS: z.coerce.number().int().min(1).default(16),
  /** How long a stopped run can be revived. */
  ALTO_PARKED_DAYS: z.coerce.number().positive().default(14),
  /** Webhooks may go to private, loopback and link-local addresses. */
  ALTO_WEBHOOK_PRIVATE_TARGETS: z.enum(['0', '1']).default('0'),
  /** The leader looks at the database this often even where nobody rings. */
  ALTO_POLL_SECONDS: seconds.default(5),
})

export interface Settings {
  databaseUrl: string
  port: number
  host: string
  dataDir: string
  leaseSeconds: number
  heartbeatSeconds: number
  identitySeconds: number
  maxSlots: number
  parkedSeconds: number
  webhookPrivateTargets: boolean
  pollSeconds: number
}

/** @throws with one sentence that names the variable. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const given = readEnv(schema, env)
  return {
    databaseUrl: given.DATABASE_URL,
    port: given.ALTO_GATEWAY_PORT,
    host: given.ALTO_GATEWAY_HOST,
    dataDir: given.ALTO_DATA_DIR,
    leaseSeconds: given.ALTO_LEASE_SECONDS,
    heartbeatSeconds: given.ALTO_HEARTBEAT_SECONDS,
    identitySeconds: given.ALTO_IDENTITY_HOURS * 3600,
    maxSlots: given.ALTO_MAX_SLOTS,
    parkedSeconds: given.ALTO_PARKED_DAYS * 86_400,
    webhookPrivateTargets: given.ALTO_WEBHOOK_PRIVATE_TARGETS === '1',
    pollSeconds: given.ALTO_POLL_SECONDS,
  }
}

/**
 * How long the database keeps a lease beyond what the agent was told: the agent parks at the end of its lease and is
 * killed by itself a quarter later, so nothing trains any more when the work may be placed again.
 */
export const leaseInDatabase = (leaseSeconds: number) => leaseSeconds * 2
