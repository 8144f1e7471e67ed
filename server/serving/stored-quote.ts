import { z } from 'zod'
import type { Quote, QuoteAlternative } from '@/engine/serving/quote'
import { quoteWords } from '@/engine/serving/quote-words'

const alternative = z.object({
  change: z.enum(['smaller', 'fewer-frames', 'fewer-steps']),
  width: z.number(),
  height: z.number(),
  frames: z.number(),
  steps: z.number(),
  byAt: z.date(),
})

/** What someone was told before a request was queued. */
export const storedQuote = z.object({
  /** `unknown`: nothing was measured yet. */
  kind: z.enum(['promise', 'would-make-it', 'refusal', 'unknown']),
  /** With a promise: ready by then with `confidence`. */
  byAt: z.date().nullable(),
  confidence: z.number().nullable(),
  /** Without one: as asked not before. */
  earliestAt: z.date().nullable(),
  /** `line-full` and `no-place` of a refusal. */
  code: z.enum(['no-place', 'line-full']).nullable(),
  alternatives: z.array(alternative),
  /** One sentence, with times of day in UTC; pages write it anew in the person's own time. */
  words: z.string(),
})

export type StoredQuote = z.infer<typeof storedQuote>

export const UNKNOWN_QUOTE: StoredQuote = {
  kind: 'unknown',
  byAt: null,
  confidence: null,
  earliestAt: null,
  code: null,
  alternatives: [],
  words: 'Nothing was measured on this deployment yet, so no time can be promised.',
}

/** `14:46:19 UTC` */
const clock = (ms: number) => `${new Date(ms).toISOString().slice(11, 19)} UTC`

export function toStoredQuote(quote: Quote): StoredQuote {
  return {
    kind: quote.kind,
    byAt: quote.kind === 'promise' ? new Date(quote.byMs) : null,
    confidence: quote.kind === 'promise' ? quote.confidence : null,
    earliestAt: quote.kind === 'promise' ? null : new Date(quote.earliestMs),
    code: quote.kind === 'refusal' ? quote.code : null,
    alternatives: quote.alternatives.map(readable),
    words: quoteWords(quote, clock),
  }
}

function readable({ change, shape, steps, byMs }: QuoteAlternative): z.infer<typeof alternative> {
  const [width, height] = String(shape.resolution).split('x').map(Number)
  return { change, width: width!, height: height!, frames: shape.frames, steps, byAt: new Date(byMs) }
}

/** From JSON, where dates are text. */
export function readStoredQuote(stored: unknown): StoredQuote | null {
  const parsed = z.preprocess(withDates, storedQuote).safeParse(stored)
  return parsed.success ? parsed.data : null
}

function withDates(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null) return stored
  const quote = stored as Record<string, unknown>
  const date = (value: unknown) => (typeof value === 'string' ? new Date(value) : value)
  return {
    ...quote,
    byAt: date(quote.byAt),
    earliestAt: date(quote.earliestAt),
    alternatives: (quote.alternatives as Record<string, unknown>[] | undefined)?.map((one) => ({
      ...one,
      byAt: date(one.byAt),
    })),
  }
}
