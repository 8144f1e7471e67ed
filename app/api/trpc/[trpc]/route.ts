import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { isForgedRequest } from '@/server/auth/same-origin'
import { appRouter } from '@/server/routers/app-router'
import { createContext } from '@/server/trpc/context'

export const dynamic = 'force-dynamic'

function handle(request: Request): Promise<Response> | Response {
  if (isForgedRequest(request))
    return Response.json({ error: { message: 'This request came from another site.' } }, { status: 403 })
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => createContext(request),
  })
}

export { handle as GET, handle as POST }
