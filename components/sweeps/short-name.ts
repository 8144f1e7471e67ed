/** The last part of a model's or data set's reference: builtin/tiny-llama → tiny-llama. */
export const shortName = (reference: string): string =>
  reference.replace(/\/+$/, '').split('/').at(-1) ?? reference
