import { isFinished, type ServingLogEvent } from './log'
import type { TraceRequest } from './trace'

/**
 * Finds decisions that saw the future: the log before `cutMs` must be the same when everything that arrives at or
 * after `cutMs` is taken out of the trace. A cut at an arrival tests the most.
 *
 * @returns one sentence about the first difference; undefined where there is none
 */
export function checkCausality(
  run: (trace: readonly TraceRequest[]) => readonly ServingLogEvent[],
  trace: readonly TraceRequest[],
  cutMs: number,
): string | undefined {
  const whole = before(run(trace), cutMs)
  const known = before(run(trace.filter((request) => request.arrivalMs < cutMs)), cutMs)
  const length = Math.max(whole.length, known.length)
  for (let index = 0; index < length; index++) {
    if (whole[index] === known[index]) continue
    return `Before ${cutMs} ms the log has ${whole[index] ?? 'nothing'} with later arrivals and ${known[index] ?? 'nothing'} without.`
  }
  return undefined
}

function before(log: readonly ServingLogEvent[], cutMs: number): string[] {
  const early = log.filter((event) => (isFinished(event) ? event.finishedMs : event.startMs) < cutMs)
  return early.map((event) => JSON.stringify(event))
}
