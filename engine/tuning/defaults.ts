import type { TuningPolicy } from '../model/snapshot'

/** What a cluster does where nobody set it otherwise. */
export const TUNING_DEFAULTS = {
  maxSlots: 32,
  memoryMargin: 0.1,
  lend: true,
  widen: true,
  interTask: 'planned',
  planBudget: 400,
  agingSeconds: 21_600,
  moves: { gainOverCost: 2 },
} as const satisfies Omit<TuningPolicy, 'exits'>
