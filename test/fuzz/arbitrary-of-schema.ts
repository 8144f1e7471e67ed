import fc from 'fast-check'

/** The part of JSON Schema that our contracts use. */
export interface FuzzSchema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: FuzzSchema[]
  oneOf?: FuzzSchema[]
  items?: FuzzSchema
  properties?: Record<string, FuzzSchema>
  required?: string[]
  additionalProperties?: FuzzSchema | boolean
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  exclusiveMaximum?: number
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  format?: string
}

const LARGEST = Number.MAX_SAFE_INTEGER

/** Values of a schema, small ones mostly; what a schema cannot say (a refinement of zod) they need not fulfil. */
export function arbitraryOfSchema(
  schema: FuzzSchema,
  definitions: Readonly<Record<string, FuzzSchema>>,
): fc.Arbitrary<unknown> {
  const of = (inner: FuzzSchema): fc.Arbitrary<unknown> => arbitraryOfSchema(inner, definitions)
  if (schema.$ref) return of(definitions[schema.$ref.split('/').at(-1)!]!)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(of))
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => of({ ...schema, type })))
  switch (schema.type) {
    case 'object':
      return objectOf(schema, of)
    case 'array':
      return fc.array(of(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 3),
      })
    case 'string':
      return textOf(schema)
    case 'integer':
      return fc.integer({
        min: Math.max(-LARGEST, schema.minimum ?? -LARGEST),
        max: Math.min(LARGEST, schema.maximum ?? LARGEST),
      })
    case 'number':
      return fc.double({
        min: schema.minimum ?? schema.exclusiveMinimum ?? -1e300,
        max: schema.maximum ?? schema.exclusiveMaximum ?? 1e300,
        minExcluded: schema.exclusiveMinimum !== undefined,
        maxExcluded: schema.exclusiveMaximum !== undefined,
        noNaN: true,
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function textOf(schema: FuzzSchema): fc.Arbitrary<string> {
  if (schema.format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((at) => at.toISOString())
  const minLength = schema.minLength ?? 0
  return fc.string({
    unit: 'grapheme',
    minLength,
    maxLength: Math.min(schema.maxLength ?? 20, minLength + 12),
  })
}

function objectOf(schema: FuzzSchema, of: (inner: FuzzSchema) => fc.Arbitrary<unknown>) {
  const fields = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, of(inner)]),
  )
  const known = fc.record(fields, { requiredKeys: (schema.required ?? []) as never[] })
  if (typeof schema.additionalProperties !== 'object') return known
  const extra = fc.dictionary(fc.string({ maxLength: 8 }), of(schema.additionalProperties), { maxKeys: 3 })
  return fc.tuple(known, extra).map(([own, more]) => ({ ...more, ...own }))
}
