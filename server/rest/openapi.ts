import { z } from 'zod'
import { sweepSpec } from '@/contracts/sweep-spec'
import { ENDPOINTS, type Endpoint } from './endpoints'
import { inputSchema, metaOf, outputSchema } from './procedure-schema'

const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: { type: 'string' },
        field: { type: ['string', 'null'] },
        fields: {
          type: 'array',
          items: {
            type: 'object',
            properties: { path: { type: 'array', items: {} }, message: { type: 'string' } },
          },
        },
      },
      required: ['message', 'field', 'fields'],
    },
  },
  required: ['error'],
}

const json = (schema: object) => ({ 'application/json': { schema } })
const binary = { schema: { type: 'string', format: 'binary' } }
const idParameter = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

function requestBody(
  endpoint: Endpoint,
  fields: ReturnType<typeof inputSchema>,
  pathNames: readonly string[],
) {
  if (endpoint.method === 'GET' || endpoint.method === 'DELETE') return undefined
  if (endpoint.bodyField === 'spec')
    return {
      required: true,
      content: json(z.toJSONSchema(sweepSpec, { io: 'input', unrepresentable: 'any' })),
    }
  if (endpoint.bodyField) return { content: json(fields.properties?.[endpoint.bodyField] ?? {}) }
  const properties = Object.fromEntries(
    Object.entries(fields.properties ?? {}).filter(([name]) => !pathNames.includes(name)),
  )
  if (Object.keys(properties).length === 0) return undefined
  const required = (fields.required ?? []).filter((name) => name in properties)
  return { content: json({ type: 'object', properties, required }) }
}

function operation(endpoint: Endpoint) {
  const fields = inputSchema(endpoint.procedure)
  const pathNames = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!)
  const inQuery = (name: string) =>
    !pathNames.includes(name) &&
    (endpoint.method === 'GET' || (endpoint.bodyField !== undefined && name !== endpoint.bodyField))
  const meta = metaOf(endpoint.procedure)
  const body = requestBody(endpoint, fields, pathNames)
  const success = String(endpoint.status ?? 200)
  const answer = endpoint.wish
    ? { type: 'object', properties: { state: { enum: ['applied', 'waiting'] } }, required: ['state'] }
    : outputSchema(endpoint.procedure)
  return {
    operationId: endpoint.procedure,
    summary: endpoint.summary,
    description: meta?.role ? `Needs the role ${meta.role} (${meta.scope}).` : undefined,
    parameters: [
      ...pathNames.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(fields.properties ?? {})
        .filter(([name]) => inQuery(name))
        .map(([name, schema]) => ({ name, in: 'query', schema })),
    ],
    ...(body ? { requestBody: body } : {}),
    responses: {
      [success]: { description: endpoint.summary, content: json(answer) },
      default: { description: 'A refusal', content: json({ $ref: '#/components/schemas/Error' }) },
    },
  }
}

const fileOperations = {
  '/datasets': {
    post: {
      operationId: 'dataset.upload',
      summary: 'Upload a .jsonl file: the body is the file',
      parameters: [{ name: 'name', in: 'query', required: true, schema: { type: 'string' } }],
      requestBody: { required: true, content: { 'application/x-ndjson': binary } },
      responses: {
        201: { description: 'Stored' },
        default: { description: 'A refusal', content: json(errorSchema) },
      },
    },
  },
  '/runs/{id}/adapter': {
    get: {
      operationId: 'run.adapter',
      summary: 'The best adapter as a PEFT folder in an archive',
      parameters: [idParameter, { name: 'format', in: 'query', schema: { enum: ['zip', 'tar.gz'] } }],
      responses: {
        200: {
          description: 'The archive',
          content: { 'application/zip': binary, 'application/gzip': binary },
        },
        default: { description: 'A refusal', content: json(errorSchema) },
      },
    },
  },
}

/** Describes REST from the very schemas that check it. */
export function openApiDocument(version: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of ENDPOINTS) {
    paths[endpoint.path] ??= {}
    paths[endpoint.path]![endpoint.method.toLowerCase()] = operation(endpoint)
  }
  for (const [path, methods] of Object.entries(fileOperations)) paths[path] = { ...paths[path], ...methods }
  return {
    openapi: '3.1.0',
    info: { title: 'Alto', version },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema },
    },
    paths,
  }
}
