import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { database } from '../db/client'

const holder = globalThis as typeof globalThis & { altoMetrics?: Registry }

function gauge(registry: Registry, name: string, help: string, label: string, sql: string): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const { rows } = await database().pool.query<{ label: string; value: number }>(sql)
      this.reset()
      for (const row of rows) this.set({ [label]: row.label }, Number(row.value))
    },
  })
}

function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'alto_web_' })
  gauge(
    registry,
    'alto_jobs',
    'Jobs by state',
    'state',
    `SELECT "state"::text AS "label", count(*) AS "value" FROM "Job" GROUP BY 1`,
  )
  gauge(
    registry,
    'alto_runs',
    'Runs by state',
    'state',
    `SELECT "state"::text AS "label", count(*) AS "value" FROM "Run" GROUP BY 1`,
  )
  gauge(
    registry,
    'alto_nodes',
    'Nodes by state',
    'state',
    `SELECT "state"::text AS "label", count(*) AS "value" FROM "Node" GROUP BY 1`,
  )
  gauge(
    registry,
    'alto_gpu_utilisation',
    'Newest utilisation of each device, 0 to 1',
    'gpu',
    `SELECT g."id" AS "label", s."utilisation" AS "value" FROM "Gpu" g CROSS JOIN LATERAL (
       SELECT "utilisation" FROM "GpuSample" WHERE "nodeId" = g."nodeId" AND "index" = g."index" ORDER BY "at" DESC LIMIT 1) s
     WHERE s."utilisation" IS NOT NULL`,
  )
  gauge(
    registry,
    'alto_stops_total',
    'Stopped runs by reason',
    'reason',
    `SELECT coalesce("reason", 'none') AS "label", count(*) AS "value" FROM "Decision" WHERE "kind" = 'stop' GROUP BY 1`,
  )
  return registry
}

/** Prometheus text. */
export async function prometheusText(): Promise<{ text: string; type: string }> {
  holder.altoMetrics ??= createRegistry()
  return { text: await holder.altoMetrics.metrics(), type: holder.altoMetrics.contentType }
}
