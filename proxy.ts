import { type NextRequest, NextResponse } from 'next/server'

const IS_DEVELOPMENT = process.env.NODE_ENV === 'development'

/**
 * Only scripts that carry this answer's nonce or come from our own address run; nothing frames us, nothing is sent
 * elsewhere. Styles may be inline: charts set widths and positions that way.
 */
function contentPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${IS_DEVELOPMENT ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${IS_DEVELOPMENT ? ' ws: wss:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Gives every page a content policy with a nonce of its own; Next reads it from the request and marks its scripts. */
export function proxy(request: NextRequest): NextResponse {
  const policy = contentPolicy(btoa(crypto.randomUUID()))
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

export const config = {
  matcher: [{ source: '/((?!api/|_next/static|_next/image|healthz|readyz|metrics|.*\\..*).*)' }],
}
