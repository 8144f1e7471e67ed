import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { database } from '../db/client'
import { FIGURES, type Figure } from './prometheus-figures'

const holder = globalThis as typeof globalThis & { altoMetrics?: Registry }

/** Asks the database at each look; a counter is set to what was counted there. */
function register(registry: Registry, { name, help, kind, label, sql }: Figure): void {
  const options = { name, help, labelNames: label ? [label] : [], registers: [registry] }
  async function look(metric: Gauge | Counter): Promise<void> {
    const { rows } = await database().pool.query<{ label?: string; value: number | null }>(sql)
    metric.reset()
    for (const row of rows) metric.inc(label ? { [label]: row.label ?? '' } : {}, Number(row.value ?? 0))
  }
  if (kind === 'gauge')
    new Gauge({
      ...options,
      async collect() {
        await look(this)
      },
    })
  else
    new Counter({
      ...options,
      async collect() {
        await look(this)
      },
    })
}

function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'alto_web_' })
  for (const figure of FIGURES) register(registry, figure)
  return registry
}

/** Prometheus text. */
export async function prometheusText(): Promise<{ text: string; type: string }> {
  holder.altoMetrics ??= createRegistry()
  return { text: await holder.altoMetrics.metrics(), type: holder.altoMetrics.contentType }
}
