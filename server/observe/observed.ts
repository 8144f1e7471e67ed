import { log } from '../log'
import { requestIdOf, withRequestId } from './request-id'
import { tracing } from './traces'

/** Ids in a path make it no other kind of request. */
const kindOf = (path: string) => path.replace(/\/[A-Za-z0-9_-]{10,}(?=\/|$)/g, '/{id}')

/** Answers a request of the API with its id in the answer and in every line that is logged for it, and as a span. */
export async function observed(
  request: Request,
  work: () => Promise<Response> | Response,
): Promise<Response> {
  const id = requestIdOf(request.headers)
  return withRequestId(id, async () => {
    const startMs = Date.now()
    const response = await work()
    response.headers.set('x-request-id', id)
    const { pathname } = new URL(request.url)
    const { method } = request
    const endMs = Date.now()
    log.debug({ method, path: pathname, status: response.status, ms: endMs - startMs }, 'answered')
    tracing()?.add({
      name: `${method} ${kindOf(pathname)}`,
      startMs,
      endMs,
      attributes: {
        'http.request.method': method,
        'url.path': pathname,
        'http.response.status_code': response.status,
        'alto.request_id': id,
      },
      failed: response.status >= 500,
      parent: request.headers.get('traceparent'),
    })
    return response
  })
}
