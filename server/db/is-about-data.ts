import { DatabaseError } from 'pg'

/**
 * SQLSTATE of classes 22 and 23, or a number that no column holds: the values are at fault, so trying again changes
 * nothing.
 */
export const isAboutData = (error: unknown): boolean =>
  (error instanceof DatabaseError && /^2[23]/.test(error.code ?? '')) ||
  (error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE')
