import { TRPCError } from '@trpc/server'

type Code = ConstructorParameters<typeof TRPCError>[0]['code']

/** A refusal that a person reads: one sentence, and the field that it is about. */
export class UserError extends TRPCError {
  /** Path of the field in the input, such as `['parameters', 'rank']`. */
  readonly field: readonly (string | number)[]

  constructor(message: string, options: { code?: Code; field?: readonly (string | number)[] } = {}) {
    super({ code: options.code ?? 'BAD_REQUEST', message })
    this.field = options.field ?? []
  }
}

export const notFound = (what: string) => new UserError(`${what} was not found.`, { code: 'NOT_FOUND' })
