/** Columns aligned by spaces; numbers (all cells of the column start with a digit, a sign or a dash) to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = heads.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-–−\d]/.test(row[column] ?? '')),
  )
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [line(heads), ...rows.map(line)].join('\n')
}
