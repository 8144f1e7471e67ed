const HEADER_BYTES = 20
const INT4 = 23
const FLOAT8 = 701

/**
 * Columns as Postgres takes them in its binary format: a buffer as the value of a parameter `$1::int4[]`. For columns of
 * many thousands of numbers, where writing and reading text would cost more than storing them.
 */
export function int4Array(values: readonly number[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 8)
  let at = writeHeader(buffer, INT4, values.length, false)
  for (const value of values) {
    at = buffer.writeInt32BE(4, at)
    at = buffer.writeInt32BE(value, at)
  }
  return buffer
}

/** The same for `$1::float8[]`; `null` stays null. */
export function float8Array(values: readonly (number | null)[]): Buffer {
  const nulls = values.reduce<number>((count, value) => (value === null ? count + 1 : count), 0)
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 12 - nulls * 8)
  let at = writeHeader(buffer, FLOAT8, values.length, nulls > 0)
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : 8, at)
    if (value !== null) at = buffer.writeDoubleBE(value, at)
  }
  return buffer
}

/** One dimension, counted from 1. */
function writeHeader(buffer: Buffer, type: number, length: number, hasNulls: boolean): number {
  let at = 0
  for (const word of [1, hasNulls ? 1 : 0, type, length, 1]) at = buffer.writeInt32BE(word, at)
  return at
}
