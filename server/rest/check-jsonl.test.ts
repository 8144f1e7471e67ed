import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonlChecker, type LineProblem } from './check-jsonl'

const check = (text: string, pieces = [Infinity]) => {
  const checker = new JsonlChecker('rows.jsonl')
  const bytes = Buffer.from(text)
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.min(bytes.length - at, pieces[turn % pieces.length]!)
    const problem = checker.push(bytes.subarray(at, at + size))
    if (problem) return problem
    at += size
  }
  return checker.end() ?? checker.rows
}

const good = '{"prompt": "é", "completion": "1"}\n{"messages": []}\n\n{"chosen": "a", "rejected": "b"}'

describe('JsonlChecker', () => {
  it('counts rows of every known shape and skips empty lines', () => {
    expect(check(good)).toBe(3)
    expect(check(`\uFEFF${good}\n`)).toBe(3)
    expect(check(good.replaceAll('\n', '\r\n'))).toBe(3)
  })

  it('gives the same answer however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (pieces) => {
        expect(check(good, pieces)).toBe(3)
        expect(check(`${good}\nnot json`, pieces)).toMatchObject({ line: 5 })
      }),
    )
  })

  it('names the line and what is wrong with it', () => {
    const broken = check('{"prompt": "a", "completion": "b"}\n{"prompt": "a"') as LineProblem
    expect(broken.line).toBe(2)
    expect(broken.message).toMatch(/^Row 2 of rows\.jsonl is not JSON: .*\.$/)
    expect(check('[1]')).toMatchObject({ message: 'Row 1 of rows.jsonl is not a JSON object.' })
    expect(check('{"text": "a"}')).toMatchObject({
      message:
        'Row 1 of rows.jsonl has neither prompt and completion, nor messages, nor chosen and rejected.',
    })
    expect(check('\0\0')).toMatchObject({
      message: 'Row 1 of rows.jsonl holds a zero byte: the file is not text.',
    })
  })

  it('refuses an empty file', () => {
    expect(check('')).toMatchObject({ message: 'rows.jsonl has no rows.' })
    expect(check('\n\n')).toMatchObject({ message: 'rows.jsonl has no rows.' })
  })
})
