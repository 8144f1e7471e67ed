import { UserError } from '../trpc/user-error'
import { readLimited } from './admit'
import type { Endpoint } from './endpoints'
import { inputSchema } from './procedure-schema'

async function readBody(request: Request): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'DELETE') return undefined
  const body = await readLimited(request)
  if (!body) throw new UserError('The body is larger than 4 MiB.', { code: 'PAYLOAD_TOO_LARGE' })
  const text = body.toString('utf8')
  if (text.trim() === '') return undefined
  const type = request.headers.get('content-type') ?? ''
  try {
    if (/yaml/.test(type)) return (await import('yaml')).parse(text) as unknown
    return JSON.parse(text) as unknown
  } catch (error) {
    const kind = /yaml/.test(type) ? 'YAML' : 'JSON'
    throw new UserError(`The body is not valid ${kind}: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** Text of a query as the field's schema wants it; what does not fit is left for the schema to refuse. */
function fromText(text: string, schema: Record<string, unknown> | undefined): unknown {
  const type = schema?.type
  if ((type === 'integer' || type === 'number') && text.trim() !== '' && Number.isFinite(Number(text)))
    return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (type === 'array') return text.split(',')
  return text
}

/** The procedure's input from path, query and body. */
export async function readInput(
  endpoint: Endpoint,
  request: Request,
  pathValues: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const schema = inputSchema(endpoint.procedure)
  const query = Object.fromEntries(
    [...new URL(request.url).searchParams].map(([name, text]) => [
      name,
      fromText(text, schema.properties?.[name]),
    ]),
  )
  const body = await readBody(request)
  if (endpoint.bodyField) return { ...query, [endpoint.bodyField]: body ?? {}, ...pathValues }
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
    throw new UserError('The body must be a JSON object.')
  return { ...query, ...(body as object | undefined), ...pathValues }
}
