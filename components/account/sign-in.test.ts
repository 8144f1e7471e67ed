import { expect, it } from 'vitest'
import { safeNext } from './signIn'

it.each([
  ['/sweeps/abc?x=1', '/sweeps/abc?x=1'],
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
  [null, '/'],
])('after signing in, %s leads to %s', (next, to) => expect(safeNext(next)).toBe(to))
