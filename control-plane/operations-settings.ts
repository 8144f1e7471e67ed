/** Environment of what the leader does beside leading: launchers, retention, figures. */

import { z } from 'zod'
import { type LauncherSpec, readLaunchers } from './launchers/read-launchers'
import { readEnv } from './read-env'

const seconds = z.coerce.number().positive()

const schema = z.object({
  /** YAML file with launchers; empty: agents are started by hand. */
  ALTO_LAUNCHERS: z.string().optional(),
  ALTO_LAUNCHER_SECONDS: seconds.default(15),
  /** Where agents of other machines reach the gateway. */
  ALTO_AGENT_URL: z
    .string()
    .regex(/^wss?:\/\//, 'ALTO_AGENT_URL must begin with ws:// or wss://.')
    .optional(),
  ALTO_GATEWAY_PORT: z.coerce.number().int().default(7412),
  /** Points of training metrics of sweeps that ended so long ago are thinned; 0: never. */
  ALTO_METRIC_FULL_DAYS: z.coerce.number().min(0).default(30),
  /** Points of one curve that thinning leaves. */
  ALTO_METRIC_KEPT_POINTS: z.coerce.number().int().min(2).default(500),
  /** How long the audit log is kept; 0: for ever. */
  ALTO_AUDIT_DAYS: z.coerce.number().min(0).default(365),
  ALTO_RETENTION_SECONDS: seconds.default(600),
  /** Figures of this process for Prometheus, on 127.0.0.1; 0: none. */
  ALTO_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
})

export interface OperationsSettings {
  launchers: readonly LauncherSpec[]
  launcherSeconds: number
  agentUrl: string
  retention: { fullDays: number; keptPoints: number; auditDays: number }
  retentionSeconds: number
  metricsPort: number
}

/** @throws with one sentence that names the variable. */
export function readOperationsSettings(env: NodeJS.ProcessEnv): OperationsSettings {
  const given = readEnv(schema, env)
  return {
    launchers: readLaunchers(given.ALTO_LAUNCHERS),
    launcherSeconds: given.ALTO_LAUNCHER_SECONDS,
    agentUrl: given.ALTO_AGENT_URL ?? `ws://127.0.0.1:${given.ALTO_GATEWAY_PORT}/agent`,
    retention: {
      fullDays: given.ALTO_METRIC_FULL_DAYS,
      keptPoints: given.ALTO_METRIC_KEPT_POINTS,
      auditDays: given.ALTO_AUDIT_DAYS,
    },
    retentionSeconds: given.ALTO_RETENTION_SECONDS,
    metricsPort: given.ALTO_METRICS_PORT,
  }
}
