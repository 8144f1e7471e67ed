import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { observed } from '@/server/observe/observed'
import { requestId } from '@/server/observe/request-id'
import { eventually } from '../../support/processes'

interface Export {
  resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[]
}

describe('a request that is looked at', () => {
  const received: Export[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => {
      body += data.toString()
    })
    request.on('end', () => {
      if (request.url === '/v1/traces') received.push(JSON.parse(body) as Export)
      response.end('{}')
    })
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => collector.close(resolve)))

  const traceId = 'a'.repeat(32)
  const request = (id: string) =>
    new Request('http://localhost/api/v1/runs/abcdefghij12/stop', {
      method: 'POST',
      headers: { 'x-request-id': id, traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
    })

  it('keeps the caller’s id, and none that could break a log', async () => {
    let seen: string | undefined
    const answer = await observed(request('mine-1'), () => {
      seen = requestId()
      return new Response('ok')
    })
    expect([seen, answer.headers.get('x-request-id')]).toEqual(['mine-1', 'mine-1'])
    const other = await observed(request('a b {"level":60}'), () => new Response('ok'))
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(requestId()).toBeUndefined()
  })

  it('reaches the collector as a span of the caller’s trace', async () => {
    await observed(request('mine-2'), () => new Response('no', { status: 503 }))
    const span = await eventually('the span', 30, () =>
      received
        .flatMap((one) =>
          one.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)),
        )
        .find((one) => JSON.stringify(one).includes('mine-2')),
    )
    expect(span).toMatchObject({
      traceId,
      parentSpanId: 'b'.repeat(16),
      name: 'POST /api/v1/runs/{id}/stop',
      status: { code: 2 },
    })
    expect(Number(span.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(span.startTimeUnixNano))
  })
})
