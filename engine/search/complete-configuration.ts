import type { Configuration, Value } from './space'

/** Values that most LoRA recipes start from; alpha follows the rank. */
export const DEFAULTS = {
  learning_rate: 2e-4,
  rank: 16,
  batch_size: 8,
  dropout: 0,
  weight_decay: 0,
  warmup_ratio: 0,
  lr_scheduler: 'constant',
  target_modules: 'all-linear',
} as const

/** Alpha is twice the rank unless it is given, so that the scale of the adapter does not change with the rank. */
export const ALPHA_PER_RANK = 2

/**
 * Fills what was not chosen.
 *
 * @param seed of the sweep: runs that do not search over seeds share it
 */
export function completeConfiguration(
  chosen: { readonly [name: string]: Value | undefined },
  seed: number,
): Configuration {
  const rank = (chosen.rank as number | undefined) ?? DEFAULTS.rank
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined))
  return { ...DEFAULTS, rank, alpha: rank * ALPHA_PER_RANK, seed, ...given } as Configuration
}
