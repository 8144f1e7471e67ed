import { quote } from '@/engine/serving/quote'
import { shapeTimesOf } from '@/engine/serving/shape-times'
import { weightOf } from '../db/serving-rows'
import { type LoadedServing, shapeOf } from '../db/serving-snapshot'
import type { CompleteRequest } from './check-request'
import { type StoredQuote, toStoredQuote, UNKNOWN_QUOTE } from './stored-quote'

/**
 * When a request would be ready, as its deployment stands.
 *
 * @param now Unix milliseconds
 */
export function quoteRequest(
  serving: LoadedServing,
  request: CompleteRequest & { projectId: string; deadlineMs: number },
  now: number,
): StoredQuote {
  const { snapshot, deployment } = serving
  const shape = shapeTimesOf(snapshot.times, shapeOf(request))
  if (!shape) return UNKNOWN_QUOTE
  const { steps, deadlineMs } = request
  const weight = weightOf(deployment.settings, request)
  return toStoredQuote(quote(snapshot, { shape, steps, deadlineMs, weight }, now))
}
