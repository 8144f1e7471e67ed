import type { Space, Value } from './space'

const distinct = (values: readonly Value[]): Value[] => {
  const seen = new Set<string>()
  return values.filter((value) => {
    const key = JSON.stringify(value)
    return !seen.has(key) && seen.add(key)
  })
}

function axes(space: Space): [string, Value[]][] {
  return Object.entries(space).flatMap(([name, domain]): [string, Value[]][] => {
    if (!domain) return []
    if (!('values' in domain)) throw new RangeError(`A grid needs values for ${name}.`)
    return [[name, distinct(domain.values)]]
  })
}

/** How many configurations a grid has, without making them: a space of 10⁶ points is counted, then refused. */
export function countGrid(space: Space): number {
  return axes(space).reduce((product, [, values]) => product * values.length, 1)
}

/**
 * Every combination of the values, repeats dropped; the last parameter varies fastest.
 *
 * @throws RangeError for a range: a grid has values
 */
export function expandGrid(space: Space): Record<string, Value>[] {
  return axes(space).reduce<Record<string, Value>[]>(
    (partial, [name, values]) => partial.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )
}
