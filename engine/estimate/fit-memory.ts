import type { MemoryModel } from '../model/snapshot'

/** One probe: what an executor held and the most memory that it used. */
export interface MemoryProbe {
  /** Sum of the ranks of its adapters. */
  ranks: number
  /** Tokens of one step over all its adapters. */
  tokens: number
  bytes: number
}

/**
 * Fits the terms of a memory model to probes by least squares with no negative term (rule K11): backbone, rank and
 * tokens. Activations and logits both grow with tokens; logits are known from the vocabulary and the rest is activations.
 *
 * @param bytesPerLogit bytes of one logit with its gradient
 * @returns `null` where the probes do not tell the terms apart: fewer than three, or all alike
 */
export function fitMemory(
  probes: readonly MemoryProbe[],
  vocabulary: number,
  bytesPerLogit: number,
): MemoryModel | null {
  for (const columns of [
    ['one', 'ranks', 'tokens'],
    ['one', 'tokens'],
    ['one', 'ranks'],
  ] as const) {
    const found = leastSquares(
      probes.map((probe) => columns.map((column) => (column === 'one' ? 1 : probe[column]))),
      probes.map((probe) => probe.bytes),
    )
    if (found === null || found.some((term) => term < 0)) continue
    const term = (name: 'one' | 'ranks' | 'tokens') =>
      found[(columns as readonly string[]).indexOf(name)] ?? 0
    const logits = Math.min(vocabulary * bytesPerLogit, term('tokens'))
    return {
      backboneBytes: term('one'),
      bytesPerRank: term('ranks'),
      bytesPerToken: term('tokens') - logits,
      bytesPerLogit: vocabulary > 0 ? logits / vocabulary : 0,
      vocabulary,
    }
  }
  return null
}

/** Solves the normal equations by elimination with pivoting, after columns are scaled; `null` where they are singular. */
function leastSquares(rows: readonly (readonly number[])[], values: readonly number[]): number[] | null {
  const width = rows[0]?.length ?? 0
  if (width === 0 || rows.length < width) return null
  const scale = Array.from({ length: width }, (_, j) => Math.max(...rows.map((row) => Math.abs(row[j]!))))
  if (scale.some((size) => size === 0)) return null
  const matrix = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (_, j) =>
      rows.reduce((sum, row) => sum + (row[i]! / scale[i]!) * (row[j]! / scale[j]!), 0),
    ),
    rows.reduce((sum, row, k) => sum + (row[i]! / scale[i]!) * values[k]!, 0),
  ])
  for (let column = 0; column < width; column++) {
    let pivot = column
    for (let row = column + 1; row < width; row++) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row
    }
    if (Math.abs(matrix[pivot]![column]!) < 1e-9) return null
    const swapped = matrix[column]!
    matrix[column] = matrix[pivot]!
    matrix[pivot] = swapped
    for (let row = 0; row < width; row++) {
      if (row === column) continue
      const factor = matrix[row]![column]! / matrix[column]![column]!
      for (let j = column; j <= width; j++) matrix[row]![j]! -= factor * matrix[column]![j]!
    }
  }
  return matrix.map((row, i) => row[width]! / row[i]! / scale[i]!)
}
