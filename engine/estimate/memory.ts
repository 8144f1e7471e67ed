import type { MemoryModel } from '../model/snapshot'
import type { RunParams } from '../model/tuning'

/**
 * Bytes that one run adds to an executor: adapter with its moments by rank, activations and logits by the tokens that
 * it trains in a step. Terms add up over the runs of an executor, since all of them step together.
 *
 * @param maxLength tokens of its longest sample
 */
export function runMemoryBytes(model: MemoryModel, params: RunParams, maxLength: number): number {
  const tokens = params.batch_size * maxLength
  return (
    model.bytesPerRank * params.rank +
    model.bytesPerToken * tokens +
    model.bytesPerLogit * model.vocabulary * tokens
  )
}
