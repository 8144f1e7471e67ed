import { randomBytes } from 'node:crypto'

export interface Span {
  name: string
  startMs: number
  endMs: number
  attributes: Readonly<Record<string, string | number>>
  failed: boolean
  /** `traceparent` of the caller, where it sent one. */
  parent: string | null
}

const EVERY_MS = 1_000
/** Beyond that, spans are lost rather than memory. */
const MOST_WAITING = 2_000

const nanos = (ms: number) => (BigInt(Math.round(ms * 1000)) * 1000n).toString()

/** One span as OTLP writes it in JSON. */
function toOtlp({ name, startMs, endMs, attributes, failed, parent }: Span) {
  const [, traceId, parentSpanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(parent ?? '') ?? []
  return {
    traceId: traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    ...(parentSpanId ? { parentSpanId } : {}),
    name,
    kind: 2,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    })),
    status: { code: failed ? 2 : 1 },
  }
}

/** Sends spans to an OpenTelemetry collector (OTLP over HTTP, JSON) about once a second; what it does not take is lost. */
export class Traces {
  private waiting: Span[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly endpoint: string) {}

  add(span: Span): void {
    if (this.waiting.length < MOST_WAITING) this.waiting.push(span)
    this.timer ??= setTimeout(() => void this.send(), EVERY_MS).unref()
  }

  async send(): Promise<void> {
    this.timer = undefined
    const spans = this.waiting.splice(0).map(toOtlp)
    if (spans.length === 0) return
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'alto-web' } }] }
    const body = JSON.stringify({
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'alto' }, spans }] }],
    })
    await fetch(`${this.endpoint.replace(/\/$/, '')}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined)
  }
}

let traces: Traces | null | undefined

/** The exporter of `OTEL_EXPORTER_OTLP_ENDPOINT`; `null` where it is not set, and then nothing is measured. */
export function tracing(): Traces | null {
  if (traces === undefined) {
    const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    traces = endpoint ? new Traces(endpoint) : null
  }
  return traces
}
