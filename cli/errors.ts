/** A wrong input: printed as one sentence on stderr, exit code 2. The message names the field. */
export class InputError extends Error {
  override name = 'InputError'
}
