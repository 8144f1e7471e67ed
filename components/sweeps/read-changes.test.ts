import { expect, it } from 'vitest'
import { readChanges, readValue } from './read-changes'

it.each([
  ['2e-4', 0.0002],
  ['16', 16],
  ['cosine', 'cosine'],
  ['q_proj, v_proj', ['q_proj', 'v_proj']],
  ['', ''],
])('%j is read as %j', (text, value) => expect(readValue(text)).toEqual(value))

it('only what differs is a change', () =>
  expect(readChanges({ learning_rate: '2e-4', rank: '32' }, { learning_rate: 0.0002, rank: 8 })).toEqual({
    change: { rank: 32 },
    problems: {},
  }))

it('a refused value has the sentence of the sweep file', () =>
  expect(readChanges({ dropout: '5' }, { dropout: 0 }).problems).toEqual({
    dropout: 'Dropout must be below 1.',
  }))
