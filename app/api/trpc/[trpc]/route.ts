import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { observed } from '@/server/observe/observed'
import { readLimited, refuseAtDoor } from '@/server/rest/admit'
import { refusal } from '@/server/rest/answer-error'
import { appRouter } from '@/server/routers/app-router'
import { createContext } from '@/server/trpc/context'

export const dynamic = 'force-dynamic'

async function answer(request: Request): Promise<Response> {
  const refused = refuseAtDoor(request)
  if (refused) return refused
  let whole = request
  if (request.method === 'POST') {
    const body = await readLimited(request)
    if (!body) return refusal(413, 'The body is larger than 4 MiB.')
    const { url, method, headers, signal } = request
    whole = new Request(url, { method, headers, signal, body: new Uint8Array(body) })
  }
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: whole,
    router: appRouter,
    createContext: () => createContext(request),
  })
}

const handle = (request: Request): Promise<Response> => observed(request, () => answer(request))

export { handle as GET, handle as POST }
