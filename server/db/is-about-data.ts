import { DatabaseError } from 'pg'

/** SQLSTATE of classes 22 and 23: the values are at fault, so trying again changes nothing. */
export const isAboutData = (error: unknown): boolean =>
  error instanceof DatabaseError && /^2[23]/.test(error.code ?? '')
