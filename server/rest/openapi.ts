import { z } from 'zod'
import { imageGeneration, videoCreation } from '@/contracts/openai-requests'
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
  if (endpoint.bodySchema) return { required: true, content: json(bodyOf(endpoint.bodySchema)) }
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

const bodyOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

const openAiRefusal = {
  description: "A refusal, in the shape that OpenAI's clients read",
  content: json({
    type: 'object',
    properties: {
      error: {
        type: 'object',
        properties: {
          message: { type: 'string' },
          type: { type: 'string' },
          param: { type: ['string', 'null'] },
          code: { type: ['string', 'null'] },
        },
        required: ['message', 'type', 'param', 'code'],
      },
    },
    required: ['error'],
  }),
}

const videoObject = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    object: { const: 'video' },
    status: { enum: ['queued', 'in_progress', 'completed', 'failed', 'cancelled'] },
    progress: { type: 'integer' },
    created_at: { type: 'integer' },
  },
  required: ['id', 'object', 'status', 'progress', 'created_at'],
}

const picture = (id: string, summary: string) => ({
  get: {
    operationId: id,
    summary,
    parameters: [idParameter],
    responses: {
      200: { description: summary, content: { 'image/png': binary, 'video/mp4': binary } },
      default: { description: 'A refusal', content: json(errorSchema) },
    },
  },
})

/** What OpenAI's clients call, with fields of ours beside. */
const openAiOperations = {
  '/images/generations': {
    post: {
      operationId: 'openai.images',
      summary: "Make images and answer when they are there, as OpenAI's clients ask for them",
      requestBody: { required: true, content: json(bodyOf(imageGeneration)) },
      responses: {
        200: {
          description: 'The images',
          content: json({
            type: 'object',
            properties: {
              created: { type: 'integer' },
              data: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: {
                    url: { type: 'string' },
                    b64_json: { type: 'string' },
                    id: { type: 'string' },
                    seed: { type: 'integer' },
                  },
                },
              },
            },
            required: ['created', 'data'],
          }),
        },
        default: openAiRefusal,
      },
    },
  },
  '/videos': {
    post: {
      operationId: 'openai.createVideo',
      summary: 'Queue a video',
      requestBody: { required: true, content: json(bodyOf(videoCreation)) },
      responses: { 201: { description: 'Queued', content: json(videoObject) }, default: openAiRefusal },
    },
  },
  '/videos/{id}': {
    get: {
      operationId: 'openai.getVideo',
      summary: 'Where a video stands',
      parameters: [idParameter],
      responses: { 200: { description: 'The video', content: json(videoObject) }, default: openAiRefusal },
    },
    delete: {
      operationId: 'openai.deleteVideo',
      summary: 'End it at its next step boundary',
      parameters: [idParameter],
      responses: {
        200: {
          description: 'Whether it was still being made',
          content: json({
            type: 'object',
            properties: { deleted: { type: 'boolean' } },
            required: ['deleted'],
          }),
        },
        default: openAiRefusal,
      },
    },
  },
  '/videos/{id}/content': picture('openai.videoContent', 'The MP4'),
  '/requests/{id}/content': picture('request.content', 'The PNG or MP4'),
  '/requests/{id}/preview': picture('request.preview', 'What it looked like after its newest previewed step'),
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
  for (const [path, methods] of Object.entries({ ...fileOperations, ...openAiOperations }))
    paths[path] = { ...paths[path], ...methods }
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
