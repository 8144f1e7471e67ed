import { type ParameterName, parameterValues } from '@/contracts/sweep-spec'
import { formatParameter } from '../ui/format/parameter'

/** A value as people write it: a number, a word, or a list of words with commas. */
export function readValue(text: string): number | string | string[] {
  const trimmed = text.trim()
  if (trimmed !== '' && Number.isFinite(Number(trimmed))) return Number(trimmed)
  return trimmed.includes(',')
    ? trimmed
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : trimmed
}

/** What differs from the original, checked by the schema of the sweep file; a sentence for each value that is refused. */
export function readChanges(
  texts: Readonly<Record<string, string>>,
  original: Readonly<Record<string, unknown>>,
): { change: Partial<Record<ParameterName, never>>; problems: Record<string, string> } {
  const change: Record<string, unknown> = {}
  const problems: Record<string, string> = {}
  for (const [name, text] of Object.entries(texts)) {
    if (text.trim() === formatParameter(name, original[name])) continue
    const parsed = parameterValues[name as ParameterName].safeParse(readValue(text))
    if (parsed.success) change[name] = parsed.data
    else problems[name] = parsed.error.issues[0]?.message ?? 'This value is not allowed.'
  }
  return { change: change as Partial<Record<ParameterName, never>>, problems }
}
