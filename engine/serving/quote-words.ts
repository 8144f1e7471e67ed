import type { Quote, QuoteAlternative } from './quote'

/**
 * A quote as people read it: `By 14:46:19 with 95%. Or 480p by 14:45:21, or 25 steps by 14:46:02.`
 *
 * @param clock writes an instant of the quote, such as `14:46:19`
 */
export function quoteWords(quote: Quote, clock: (ms: number) => string): string {
  const offers = quote.alternatives.map(
    (alternative) => `${nameOf(alternative)} by ${clock(alternative.byMs)}`,
  )
  switch (quote.kind) {
    case 'promise': {
      const promise = `By ${clock(quote.byMs)} with ${Math.round(100 * quote.confidence)}%.`
      return offers.length > 0 ? `${promise} Or ${offers.join(', or ')}.` : promise
    }
    case 'would-make-it':
      return `As asked not before ${clock(quote.earliestMs)}. In time: ${offers.join(', or ')}.`
    case 'refusal': {
      if (quote.code === 'line-full') return `The line is full. No place before ${clock(quote.earliestMs)}.`
      const refusal = `No place before ${clock(quote.earliestMs)}.`
      const [best] = quote.alternatives
      if (!best) return refusal
      const how = best.change === 'fewer-steps' ? `With ${nameOf(best)}` : `At ${nameOf(best)}`
      return `${refusal} ${how} it would be ready by ${clock(best.byMs)}.`
    }
  }
}

function nameOf({ change, shape, steps }: QuoteAlternative): string {
  if (change === 'fewer-steps') return `${steps} steps`
  return change === 'fewer-frames' ? `${shape.frames} frames` : String(shape.resolution)
}
