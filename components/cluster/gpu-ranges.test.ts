import { expect, it } from 'vitest'
import { gpuRanges } from './gpu-ranges'

it.each([
  [['n1/0', 'n1/1', 'n1/2', 'n1/3'], 'n1/0–3'],
  [['n1/2', 'n1/0', 'n2/0'], 'n1/0, n1/2, n2/0'],
  [['cpu'], 'cpu'],
  [[], ''],
])('%o reads %s', (ids, text) => expect(gpuRanges(ids)).toBe(text))
