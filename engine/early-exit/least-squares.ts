/**
 * Ridge regression by the normal equations: the coefficients that minimise Σ(y − c₀ − Σ cₖ·xₖ)² + ridge·Σ cₖ², where the
 * constant c₀ is not penalised. Columns are centred first.
 *
 * @param rows one list of x for each y
 * @returns one coefficient for each column, without the constant; 0 for a column that does not vary
 */
export function ridgeSlopes(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  ridge: number,
): number[] {
  const width = rows[0]?.length ?? 0
  const means = Array.from({ length: width }, (_, k) => mean(rows.map((row) => row[k]!)))
  const meanY = mean(y)
  const centred = rows.map((row) => row.map((value, k) => value - means[k]!))
  const matrix = Array.from({ length: width }, (_, a) =>
    Array.from({ length: width }, (_, b) => {
      return centred.reduce((sum, row) => sum + row[a]! * row[b]!, a === b ? ridge : 0)
    }),
  )
  const right = Array.from({ length: width }, (_, a) => {
    return centred.reduce((sum, row, index) => sum + row[a]! * (y[index]! - meanY), 0)
  })
  return solve(matrix, right)
}

/** Gaussian elimination with pivoting on a small symmetric system; a singular direction gets 0. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row
    }
    ;[matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!]
    ;[right[column], right[pivot]] = [right[pivot]!, right[column]!]
    const head = matrix[column]![column]!
    if (Math.abs(head) < 1e-12) continue
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row]![column]! / head
      for (let k = column; k < size; k++) matrix[row]![k]! -= factor * matrix[column]![k]!
      right[row]! -= factor * right[column]!
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let row = size - 1; row >= 0; row--) {
    const head = matrix[row]![row]!
    if (Math.abs(head) < 1e-12) continue
    let value = right[row]!
    for (let k = row + 1; k < size; k++) value -= matrix[row]![k]! * solution[k]!
    solution[row] = value / head
  }
  return solution
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
