/** What one hyper-parameter may be: a list, or a range of numbers. Same shape as in the sweep file. */
export type Domain =
  | { readonly values: readonly Value[] }
  | { readonly min: number; readonly max: number; readonly distribution: Distribution }

export type Value = number | string | readonly string[]
export type Distribution = 'uniform' | 'log_uniform' | 'int_uniform'

/** Hyper-parameters by name; one that is not named has its default. */
export type Space = { readonly [name: string]: Domain | undefined }

/** One value of each hyper-parameter, complete. */
export interface Configuration {
  [name: string]: Value
  learning_rate: number
  rank: number
  batch_size: number
  alpha: number
  dropout: number
  weight_decay: number
  warmup_ratio: number
  lr_scheduler: string
  target_modules: string | readonly string[]
  seed: number
}
