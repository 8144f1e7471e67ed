import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { POST as upload } from '@/app/api/v1/datasets/route'
import { GET as openApi } from '@/app/api/v1/openapi.json/route'
import { handleRest } from '@/server/rest/handle'

function toRequest(incoming: IncomingMessage, base: string): Request {
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? ([[name, value]] as [string, string][]) : [],
  )
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD'
  return new Request(new URL(incoming.url ?? '/', base), {
    method: incoming.method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(incoming), duplex: 'half' } : {}),
  } as RequestInit)
}

async function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^\/api\/v1\//, '')
  if (path === 'openapi.json') return openApi()
  if (path === 'datasets' && request.method === 'POST') return upload(request)
  return handleRest(request, path.split('/').map(decodeURIComponent))
}

/** REST's handlers behind Node's HTTP server, without pages: for tests that need a port and no build. */
export async function serveRest(): Promise<{ base: string; close(): Promise<void> }> {
  let base = ''
  const server = createServer((incoming, outgoing) => {
    const respond = async () => {
      const response = await answer(toRequest(incoming, base))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    }
    respond().catch((error: Error) => {
      outgoing.writeHead(error instanceof URIError || error instanceof TypeError ? 400 : 500)
      outgoing.end(error.message)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    base,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
