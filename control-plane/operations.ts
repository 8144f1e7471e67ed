import type { Server } from 'node:http'
import type { Pool } from 'pg'
import { thinMetrics, trimAudit } from '../server/db/retention'
import { Launchers } from './launchers/launchers'
import { log } from './log'
import type { OperationsSettings } from './operations-settings'
import { serveMetrics } from './serve-metrics'

/** What the leader does beside leading; none of it is waited for by a cycle. */
export class Operations {
  private readonly launchers: Launchers
  private readonly timers: NodeJS.Timeout[] = []
  private metrics: Server | undefined

  constructor(
    private readonly pool: Pool,
    private readonly settings: OperationsSettings,
  ) {
    this.launchers = new Launchers(pool, settings.launchers, settings.agentUrl)
  }

  async start(): Promise<void> {
    const { settings } = this
    await this.launchers.open()
    if (settings.launchers.length > 0) this.every(settings.launcherSeconds, () => this.launchers.look())
    this.every(settings.retentionSeconds, async () => {
      const thinned = await thinMetrics(this.pool, settings.retention)
      if (thinned > 0) log.info({ points: thinned }, 'old metric points were thinned')
      await trimAudit(this.pool, settings.retention.auditDays)
    })
    if (settings.metricsPort > 0) this.metrics = await serveMetrics(settings.metricsPort)
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    this.metrics?.close()
    await this.launchers.close()
  }

  private every(seconds: number, work: () => Promise<void>): void {
    const run = () => {
      work().catch((error: Error) => log.error({ error: error.message }, 'upkeep failed'))
    }
    this.timers.push(setInterval(run, seconds * 1000))
    run()
  }
}
