import { auth } from '@/server/auth/auth'
import { isForgedRequest } from '@/server/auth/same-origin'

export const dynamic = 'force-dynamic'

function handle(request: Request): Promise<Response> | Response {
  // better-auth looks at the origin only where a cookie is sent; signing in as somebody else is a forgery as well.
  if (isForgedRequest(request))
    return Response.json({ message: 'This request came from another site.' }, { status: 403 })
  return auth().handler(request)
}

export { handle as GET, handle as POST }
