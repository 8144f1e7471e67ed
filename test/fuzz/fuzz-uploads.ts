import fc from 'fast-check'
import { damaged } from './damage'
import type { Fuzzed } from './fuzz-contracts'

const row = fc.record({
  prompt: fc.string({ unit: 'grapheme' }),
  completion: fc.string({ unit: 'grapheme' }),
})

/** Files that are right, nearly right, or bytes of no meaning. */
const file = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.oneof(row, damaged(row)), { maxLength: 6 })
      .map((rows) => Buffer.from(rows.map((one) => JSON.stringify(one ?? null)).join('\n'))),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(Buffer.from('['.repeat(20_000))) },
)

const name = fc.oneof(
  { weight: 4, arbitrary: fc.uuid().map((id) => `${id}.jsonl`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('../../x.jsonl', 'a/b.jsonl', '.jsonl', 'x.jsonl\0', '%2e%2e%2fx.jsonl'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 120 }) },
)

/** Uploads whatever comes; every answer is a plain yes or no within `timeoutMs`. */
export async function fuzzUploads(base: string, token: string, count: number, seed: number): Promise<Fuzzed> {
  const failures: string[] = []
  let accepted = 0
  for (const [called, body] of fc.sample(fc.tuple(name, file), { numRuns: count, seed })) {
    const query = new URLSearchParams({ name: called.toWellFormed() }).toString()
    try {
      const response = await fetch(`${base}/api/v1/datasets?${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
        body: new Uint8Array(body),
        signal: AbortSignal.timeout(20_000),
      })
      const text = await response.text()
      if (response.status >= 500)
        failures.push(`upload ${JSON.stringify(called)}: ${response.status} ${text.slice(0, 200)}`)
      if (response.status === 201) accepted++
    } catch (error) {
      failures.push(`upload ${JSON.stringify(called)}: no answer: ${String(error)}`)
    }
  }
  return { inputs: count, accepted, failures }
}
