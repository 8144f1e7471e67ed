import { z } from 'zod'
import { appRouter } from '../routers/app-router'
import type { Meta } from '../trpc/init'

type JsonSchema = Record<string, unknown> & { properties?: Record<string, JsonSchema>; required?: string[] }

interface Definition {
  inputs: z.ZodType[]
  output?: z.ZodType
  meta?: Meta
}

const procedures = appRouter._def.procedures as unknown as Record<string, { _def: Definition }>

/** JSON has no dates: they travel as ISO text. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date')
        Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
    },
  }) as JsonSchema
}

/** Fields of all inputs of a procedure together, as JSON schema. */
export function inputSchema(path: string): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const required = new Set<string>()
  for (const input of procedures[path]!._def.inputs) {
    const schema = toJsonSchema(input, 'input')
    const parts = [
      schema,
      ...((schema.allOf as JsonSchema[]) ?? []),
      ...((schema.anyOf as JsonSchema[]) ?? []),
    ]
    for (const part of parts) {
      Object.assign(properties, part.properties)
      for (const name of part.required ?? []) required.add(name)
    }
  }
  return { type: 'object', properties, required: [...required] }
}

export function outputSchema(path: string): JsonSchema {
  const { output } = procedures[path]!._def
  return output ? toJsonSchema(output, 'output') : {}
}

export function metaOf(path: string): Meta | undefined {
  return procedures[path]!._def.meta
}
