import { expect, it } from 'vitest'
import { overviewSentence } from './overview-sentence'

const list = (length: number) => Array.from({ length }) as never[]

it.each([
  [4, 2, 1, 0, '4 sweeps run, 2 wait.'],
  [1, 1, 0, 0, '1 sweep runs, 1 waits.'],
  [0, 1, 0, 0, '1 sweep waits.'],
  [0, 0, 0, 0, 'Nothing has run yet.'],
  [0, 0, 3, 0, 'Nothing runs and nothing waits.'],
  [0, 0, 0, 1, '1 deployment serves.'],
  [1, 0, 2, 2, '1 sweep runs, 2 deployments serve.'],
])('%s running, %s waiting, %s ended, %s served: %s', (running, waiting, ended, deployments, text) =>
  expect(
    overviewSentence({
      running: list(running),
      waiting: list(waiting),
      ended: list(ended),
      deployments: list(deployments),
    }),
  ).toBe(text),
)
