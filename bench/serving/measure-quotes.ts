import type { StepTimes } from '../../engine/serving/profile'
import { type Quote, quote } from '../../engine/serving/quote'
import { simulateServing } from '../../engine/sim/serving/simulate'
import type { TraceRequest } from '../../engine/sim/serving/trace'

export interface QuoteFigures {
  requests: number
  promised: number
  /** Promises of which the request ended by the promised time. */
  kept: number
  wouldMakeIt: number
  refused: number
}

/** Quotes every request at its arrival and lets it in whatever the quote says, which is the harder test. */
export function measureQuotes(
  traces: readonly TraceRequest[][],
  gpus: number,
  times: StepTimes,
): QuoteFigures {
  const figures: QuoteFigures = { requests: 0, promised: 0, kept: 0, wouldMakeIt: 0, refused: 0 }
  const nodeOfGpu = new Array<number>(gpus).fill(0)
  for (const trace of traces) {
    const quotes = new Map<string, Quote>()
    const { outcomes } = simulateServing({
      times,
      trace,
      nodeOfGpu,
      policy: 'alto',
      observe: (snapshot, now) => {
        for (const request of snapshot.requests) {
          if (request.arrivalMs !== now || quotes.has(request.id)) continue
          const others = snapshot.requests.filter((other) => other !== request)
          quotes.set(request.id, quote({ ...snapshot, requests: others }, request, now))
        }
      },
    })
    for (const { request, finishedMs } of outcomes) {
      const given = quotes.get(request.id)!
      figures.requests++
      if (given.kind === 'refusal') figures.refused++
      else if (given.kind === 'would-make-it') figures.wouldMakeIt++
      else {
        figures.promised++
        if (finishedMs !== null && finishedMs <= given.byMs + 1e-6) figures.kept++
      }
    }
  }
  return figures
}
