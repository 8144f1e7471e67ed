/** One refused line of an upload. */
export interface LineProblem {
  line: number
  message: string
}

const SHAPES = [
  ['prompt', 'completion'],
  ['messages'],
  ['prompt', 'chosen', 'rejected'],
  ['chosen', 'rejected'],
]
const LONGEST_LINE_BYTES = 16 * 1024 * 1024

/**
 * Checks a .jsonl file as it streams in: every line is one JSON object of a known shape. Keeps only the line that is
 * not complete yet, so a file of any size needs the memory of its longest line.
 */
export class JsonlChecker {
  rows = 0
  private line = 0
  private rest: Buffer = Buffer.alloc(0)

  constructor(private readonly name: string) {}

  /** @returns the first problem, if any */
  push(chunk: Buffer): LineProblem | null {
    let data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      const problem = this.check(data.subarray(0, end))
      if (problem) return problem
      data = data.subarray(end + 1)
    }
    if (data.length > LONGEST_LINE_BYTES) return this.refuse(this.line + 1, 'is longer than 16 MiB.')
    this.rest = Buffer.from(data)
    return null
  }

  end(): LineProblem | null {
    const problem = this.rest.length > 0 ? this.check(this.rest) : null
    if (problem) return problem
    return this.rows === 0 ? { line: 0, message: `${this.name} has no rows.` } : null
  }

  private check(bytes: Buffer): LineProblem | null {
    this.line++
    if (bytes.includes(0)) return this.refuse(this.line, 'holds a zero byte: the file is not text.')
    const text = bytes.toString('utf8').trim()
    if (text === '') return null
    let row: unknown
    try {
      row = JSON.parse(this.line === 1 ? text.replace(/^\uFEFF/, '') : text)
    } catch (error) {
      return this.refuse(this.line, `is not JSON: ${(error as Error).message.replace(/ \(line.*\)$/, '')}.`)
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      return this.refuse(this.line, 'is not a JSON object.')
    if (!SHAPES.some((shape) => shape.every((key) => key in row)))
      return this.refuse(
        this.line,
        'has neither prompt and completion, nor messages, nor chosen and rejected.',
      )
    this.rows++
    return null
  }

  private refuse(line: number, what: string): LineProblem {
    return { line, message: `Row ${line.toLocaleString('en')} of ${this.name} ${what}` }
  }
}
