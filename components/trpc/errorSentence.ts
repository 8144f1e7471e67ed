interface Described {
  message?: string
  data?: { fields?: readonly { path: readonly (string | number)[]; message: string }[] } | null
}

/** The server's one sentence about an error; a sentence of ours where no answer came at all. */
export function errorSentence(error: unknown): string {
  const { message } = (error ?? {}) as Described
  if (!message || /failed to fetch|load failed|networkerror/i.test(message))
    return 'The server does not answer. Nothing was changed; try again in a moment.'
  return message
}

/** Sentences by field, keyed by the path joined with dots. */
export function fieldSentences(error: unknown): Record<string, string> {
  const fields = ((error ?? {}) as Described).data?.fields ?? []
  return Object.fromEntries(fields.map((field) => [field.path.join('.'), field.message]))
}
