/**
 * JSON Schema of the agents' contracts → Python source with frozen pydantic models.
 * Understands what our contracts use, and throws on anything else rather than emitting a looser type.
 */
export interface JsonSchema {
  [keyword: string]: unknown
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  description?: string
}

const HEADER = `"""Generated from contracts/*.ts by npm run contracts; change those and run it again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel


class Message(BaseModel):
    """Fields are snake_case here and camelCase on the wire. Unknown fields are ignored: a newer peer may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)
`

const SCALARS: Record<string, string> = { number: 'float', boolean: 'bool', null: 'None' }
/** Bounds that zod gives every integer; Python's have none to enforce. */
const SAFE_INTEGER = Number.MAX_SAFE_INTEGER

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const camelCase = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

function annotate(type: string, bounds: string[]): string {
  return bounds.length === 0 ? type : `Annotated[${type}, Field(${bounds.join(', ')})]`
}

function numberBounds(schema: JsonSchema): string[] {
  const bounds: string[] = []
  for (const [keyword, argument] of [
    ['minimum', 'ge'],
    ['maximum', 'le'],
    ['exclusiveMinimum', 'gt'],
    ['exclusiveMaximum', 'lt'],
  ] as const) {
    const bound = schema[keyword]
    if (typeof bound === 'number' && Math.abs(bound) !== SAFE_INTEGER) bounds.push(`${argument}=${bound}`)
  }
  return bounds
}

function lengthBounds(schema: JsonSchema, least: string, most: string): string[] {
  const bounds: string[] = []
  if (typeof schema[least] === 'number') bounds.push(`min_length=${schema[least]}`)
  if (typeof schema[most] === 'number') bounds.push(`max_length=${schema[most]}`)
  return bounds
}

function literal(values: unknown[], where: string): string {
  if (!values.every((value) => typeof value === 'string'))
    throw new Error(`${where}: only strings may be literals.`)
  return `Literal[${values.map((value) => JSON.stringify(value)).join(', ')}]`
}

function pythonType(schema: JsonSchema, where: string): string {
  if (schema.$ref !== undefined) return schema.$ref
  if (schema.const !== undefined) return literal([schema.const], where)
  if (schema.enum !== undefined) return literal(schema.enum, where)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return options.map((option) => pythonType(option, where)).join(' | ')
  if (Array.isArray(schema.type))
    return schema.type.map((type) => pythonType({ ...schema, type }, where)).join(' | ')
  switch (schema.type) {
    case undefined:
      return 'JsonValue'
    case 'string':
      if (schema.format === 'date-time') return 'AwareDatetime'
      return annotate('str', lengthBounds(schema, 'minLength', 'maxLength'))
    case 'integer':
      return annotate('int', numberBounds(schema))
    case 'number':
      return annotate('float', numberBounds(schema))
    case 'array':
      if (!schema.items) throw new Error(`${where}: an array without items.`)
      return annotate(
        `list[${pythonType(schema.items, where)}]`,
        lengthBounds(schema, 'minItems', 'maxItems'),
      )
    case 'object':
      if (schema.properties) throw new Error(`${where}: give the nested object an id with .meta({ id }).`)
      if (typeof schema.additionalProperties !== 'object')
        throw new Error(`${where}: an object without a shape.`)
      return `dict[str, ${pythonType(schema.additionalProperties, where)}]`
    default: {
      const scalar = SCALARS[schema.type]
      if (!scalar) throw new Error(`${where}: the type ${schema.type} is not supported.`)
      return scalar
    }
  }
}

function field(model: string, name: string, schema: JsonSchema, required: boolean): string[] {
  const where = `${model}.${name}`
  const python = snakeCase(name)
  if (camelCase(python) !== name) throw new Error(`${where}: the name does not survive snake_case.`)
  const optional = !required && schema.default === undefined
  const type = pythonType(schema, where) + (optional ? ' | None' : '')
  const initial = schema.const !== undefined ? JSON.stringify(schema.const) : optional ? 'None' : undefined
  if (!required && !optional) throw new Error(`${where}: defaults belong to the reader, not to the contract.`)
  const lines = [`    ${python}: ${type}${initial === undefined ? '' : ` = ${initial}`}`]
  if (schema.description) lines.push(`    ${JSON.stringify(schema.description).replace(/^"|"$/g, '"""')}`)
  return lines
}

function model(name: string, schema: JsonSchema): string {
  const required = new Set(schema.required ?? [])
  const fields = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    field(name, key, value, required.has(key)),
  )
  return [`class ${name}(Message):`, ...(fields.length > 0 ? fields : ['    pass'])].join('\n')
}

/** `oneOf` comes without the `discriminator` keyword: it is the property that is a constant in every member. */
function union(name: string, schema: JsonSchema, all: Record<string, JsonSchema>): string {
  const members = (schema.oneOf ?? []).map((member) => member.$ref)
  const shapes = members.map((member) => (member === undefined ? undefined : all[member]))
  const tag = Object.keys(shapes[0]?.properties ?? {}).find((key) =>
    shapes.every((shape) => shape?.properties?.[key]?.const !== undefined),
  )
  if (tag === undefined)
    throw new Error(`${name}: every member needs an id and one constant property in common.`)
  return `${name} = Annotated[\n    ${members.join(' | ')},\n    Field(discriminator=${JSON.stringify(tag)}),\n]`
}

/** Python source for all schemas, in the order given; a schema may refer to those before it. */
export function emitPydantic(schemas: Record<string, JsonSchema>): string {
  const parts = Object.entries(schemas).map(([name, schema]) =>
    schema.oneOf ? union(name, schema, schemas) : model(name, schema),
  )
  return `${[HEADER.trimEnd(), ...parts].join('\n\n\n')}\n`
}
