import { parse, stringify } from 'yaml'
import { formToSpec, type SweepForm, specToForm } from './sweep-form'

/** The form as YAML, one line a parameter, learning rates as people write them. */
export function formToYaml(form: SweepForm): string {
  const spec = formToSpec(form) as unknown as Record<string, unknown>
  const lines: string[] = []
  for (const [key, value] of Object.entries(spec)) {
    if (key !== 'parameters') {
      lines.push(`${key}: ${flow(value)}`)
      continue
    }
    lines.push('parameters:')
    for (const field of form.parameters)
      lines.push(
        `  ${field.name}: ${
          field.how === 'values'
            ? `{values: [${field.texts.map(scalar).join(', ')}]}`
            : `{min: ${scalar(field.min)}, max: ${scalar(field.max)}, distribution: ${field.distribution}}`
        }`,
      )
  }
  return `${lines.join('\n')}\n`
}

const scalar = (text: string): string => {
  const trimmed = text.trim()
  if (trimmed === '') return "''"
  if (trimmed.includes(',')) return `[${trimmed}]`
  return Number.isFinite(Number(trimmed)) ? trimmed : stringify(trimmed).trim()
}

const flow = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `{${Object.entries(value)
        .map(([key, inner]) => `${key}: ${flow(inner)}`)
        .join(', ')}}`
    : stringify(value).trim()

/** YAML typed by a person as a form, or the sentence that says where it is broken. */
export function yamlToForm(text: string): { form: SweepForm } | { problem: string } {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    const { message, linePos } = error as { message: string; linePos?: [{ line: number }] }
    const line = linePos ? `Line ${linePos[0].line}: ` : ''
    return { problem: `${line}${message.split('\n')[0]?.replace(/ at line.*$/, '') ?? 'This is not YAML.'}.` }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { problem: 'A sweep file is a list of names with values, such as name: my sweep.' }
  return { form: specToForm(value as Record<string, unknown>) }
}

/** The line (from 0) of a field in the YAML of a form, to mark it. */
export function lineOf(yaml: string, path: string): number | null {
  const name = path.startsWith('parameters.') ? `  ${path.slice(11)}:` : `${path}:`
  const line = yaml.split('\n').findIndex((one) => one.startsWith(name))
  return line < 0 ? null : line
}
