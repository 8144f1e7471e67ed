import type { Configuration } from '@/engine/search/space'
import type { ModelFacts } from '../agent-questions/model-facts'

export interface MemoryPart {
  part: 'backbone' | 'adapter' | 'activations' | 'logits'
  bytes: number
}

/** Weight, gradient and two moments of AdamW, all in float32. */
const BYTES_PER_ADAPTER_WEIGHT = 16
/** Hidden states that the backward pass keeps of one layer, in units of the hidden size (attention and MLP inputs). */
const KEPT_PER_LAYER = 16
const BYTES_PER_ACTIVATION = 4

/**
 * Memory of one executor with the largest configuration alone in it: what must fit at least. An upper bound by
 * counting, not a measurement; the executor probes before it admits more.
 *
 * @param tokens of the longest row after truncation
 */
export function estimateMemory(
  model: ModelFacts,
  configurations: readonly Configuration[],
  tokens: number,
): MemoryPart[] {
  const perRank = model.modules.reduce(
    (sum, module) => sum + module.count * (module.inFeatures + module.outFeatures) * BYTES_PER_ADAPTER_WEIGHT,
    0,
  )
  const rank = Math.max(...configurations.map((one) => one.rank))
  const stepTokens = Math.max(...configurations.map((one) => one.batch_size)) * tokens
  return [
    { part: 'backbone', bytes: model.weightBytes },
    { part: 'adapter', bytes: perRank * rank },
    {
      part: 'activations',
      bytes: stepTokens * model.layers * model.hidden * KEPT_PER_LAYER * BYTES_PER_ACTIVATION,
    },
    { part: 'logits', bytes: stepTokens * model.vocab * BYTES_PER_ACTIVATION * 2 },
  ]
}
