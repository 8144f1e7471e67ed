import { expect, it } from 'vitest'
import { overviewSentence } from './overview-sentence'

const list = (length: number) => Array.from({ length }) as never[]

it.each([
  [4, 2, 1, '4 sweeps run, 2 wait.'],
  [1, 1, 0, '1 sweep runs, 1 waits.'],
  [0, 1, 0, '1 sweep waits.'],
  [0, 0, 0, 'Nothing has run yet.'],
  [0, 0, 3, 'Nothing runs and nothing waits.'],
])('%s running, %s waiting, %s ended: %s', (running, waiting, ended, text) =>
  expect(overviewSentence({ running: list(running), waiting: list(waiting), ended: list(ended) })).toBe(text),
)
