/**
 * Order of rows while a person reads: as it was, new rows at the end, gone ones left out. Also how many rows would
 * stand elsewhere in the order that the data ask for now.
 */
export function heldOrder(
  held: readonly string[] | null,
  wanted: readonly string[],
): { order: string[]; moves: number } {
  if (held === null) return { order: [...wanted], moves: 0 }
  const present = new Set(wanted)
  const kept = held.filter((id) => present.has(id))
  const known = new Set(kept)
  const order = [...kept, ...wanted.filter((id) => !known.has(id))]
  return { order, moves: order.filter((id, index) => wanted[index] !== id).length }
}

/** Losses sort before rows that have none, in either direction; text sorts with numbers inside it. */
export function compareValues(a: unknown, b: unknown): number {
  const missing = (value: unknown) => value === null || value === undefined || Number.isNaN(value)
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b))
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}
