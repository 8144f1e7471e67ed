import { trimZeros } from './number'

/** Short names that lists of parameters use. */
const SHORT: Readonly<Record<string, string>> = {
  learning_rate: 'lr',
  batch_size: 'batch',
  weight_decay: 'decay',
  warmup_ratio: 'warm-up',
  lr_scheduler: 'schedule',
  target_modules: 'modules',
}

const LONG: Readonly<Record<string, string>> = {
  learning_rate: 'Learning rate',
  batch_size: 'Batch',
  rank: 'Rank',
  alpha: 'Alpha',
  dropout: 'Dropout',
  weight_decay: 'Weight decay',
  warmup_ratio: 'Warm-up',
  lr_scheduler: 'Schedule',
  target_modules: 'Modules',
  seed: 'Seed',
}

export const parameterLabel = (name: string): string => LONG[name] ?? name
export const shortParameterLabel = (name: string): string => SHORT[name] ?? name

/** A small or large number as 2e-4, others plain: how learning rates are written everywhere. */
export function formatScientific(value: number): string {
  if (value === 0) return '0'
  const [mantissa = '0', exponent = '0'] = value.toExponential(2).split('e')
  return `${trimZeros(mantissa)}e${Number(exponent)}`
}

/** One hyper-parameter's value as it is written in tables, chips and YAML. */
export function formatParameter(name: string, value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (Array.isArray(value)) return value.map(String).join(', ')
  if (typeof value !== 'number') return String(value)
  if (name === 'learning_rate' || (value !== 0 && Math.abs(value) < 0.001)) return formatScientific(value)
  return trimZeros(value.toFixed(6))
}

/** "lr 2e-3, rank 128, batch 16": the parameters that differ inside a sweep, in the sweep's order. */
export function formatParameters(
  params: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string {
  return names
    .filter((name) => params[name] !== undefined)
    .map((name) => `${shortParameterLabel(name)} ${formatParameter(name, params[name])}`)
    .join(', ')
}

/** People see r07: the number of a run within its sweep, with as many digits as the sweep needs (two at least). */
export const runLabel = (number: number): string => `r${String(number).padStart(2, '0')}`
