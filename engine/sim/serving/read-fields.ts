/** A wrong input file: one sentence that names the file, the line or row, and the field. */
export class Problem extends Error {
  override name = 'Problem'
}

/** Reads the fields of one JSON object and says precisely which one is wrong. */
export class Reader {
  constructor(
    private readonly value: Readonly<Record<string, unknown>>,
    /** File and line or row. */
    private readonly place: string,
  ) {}

  problem(field: string, what: string): Problem {
    return new Problem(`${this.place}: ${field} ${what}.`)
  }

  has(field: string): boolean {
    return this.value[field] !== undefined && this.value[field] !== null
  }

  text(field: string): string {
    const value = this.get(field)
    if (typeof value !== 'string' || value === '')
      throw this.problem(field, `must be a text, not ${show(value)}`)
    return value
  }

  /** A text or a number that names something, such as a resolution. */
  name(field: string): string | number {
    const value = this.get(field)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    return this.text(field)
  }

  oneOf<T extends string>(field: string, allowed: readonly T[]): T {
    const value = this.get(field)
    const found = allowed.find((candidate) => candidate === value)
    if (!found) throw this.problem(field, `must be ${allowed.join(' or ')}, not ${show(value)}`)
    return found
  }

  number(field: string): number {
    const value = this.get(field)
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw this.problem(field, `must be a number, not ${show(value)}`)
    }
    return value
  }

  /** A number of milliseconds, 0 or more. */
  duration(field: string): number {
    const value = this.number(field)
    if (value < 0) throw this.problem(field, `must be 0 or more, not ${value}`)
    return value
  }

  /** A whole number, 1 or more. */
  count(field: string): number {
    const value = this.number(field)
    if (!Number.isSafeInteger(value) || value < 1) {
      throw this.problem(field, `must be a whole number of 1 or more, not ${value}`)
    }
    return value
  }

  rows(field: string): Reader[] {
    const value = this.get(field)
    if (!Array.isArray(value)) throw this.problem(field, `must be a list, not ${show(value)}`)
    return value.map((row: unknown, index) => readerOf(row, `${this.place}, ${field} row ${index + 1}`))
  }

  private get(field: string): unknown {
    const value = this.value[field]
    if (value === undefined) throw this.problem(field, 'is missing')
    return value
  }
}

/** @throws {Problem} where the text is no JSON object */
export function readObject(text: string, place: string): Reader {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Problem(`${place} is not JSON: ${error instanceof Error ? error.message : String(error)}.`)
  }
  return readerOf(value, place)
}

function readerOf(value: unknown, place: string): Reader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(`${place} must be an object, not ${show(value)}.`)
  }
  return new Reader(value as Readonly<Record<string, unknown>>, place)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
