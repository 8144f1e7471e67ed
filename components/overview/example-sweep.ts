import type { SweepSpecInput } from '@/contracts/sweep-spec'

/** The example of the first day: 24 configurations on the built-in model, some of which diverge on purpose. */
export const EXAMPLE_SWEEP = {
  name: 'arithmetic grid',
  model: 'builtin/tiny-llama',
  dataset: 'builtin/arithmetic',
  method: 'grid',
  parameters: {
    learning_rate: { values: [1e-4, 5e-4, 2e-3, 2e-2] },
    rank: { values: [4, 16] },
    batch_size: { values: [1, 2, 4] },
  },
  epochs: 3,
  max_length: 128,
  evaluations: 20,
  early_exit: { policy: 'adaptive' },
} satisfies SweepSpecInput
