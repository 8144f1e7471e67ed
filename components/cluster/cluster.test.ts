import { expect, it } from 'vitest'
import { jobSeries } from './job-series'
import { deviceSentence, nodeLook, strangersSentence } from './node-look'

const gpu = (held: boolean, kind: 'cuda' | 'cpu' = 'cuda') => ({
  id: 'n0/0',
  index: 0,
  kind,
  name: 'NVIDIA H200',
  memoryBytes: 141e9,
  now: null,
  heldBy: held ? [{ jobId: 'j', name: 'sql' }] : [],
})

it.each([
  ['alive', 'open', true, 'Working'],
  ['alive', 'open', false, 'Free'],
  ['alive', 'draining', true, 'Draining'],
  ['alive', 'draining', false, 'Drained'],
  ['alive', 'cordoned', false, 'Cordoned'],
  ['disconnected', 'open', true, 'Unreachable'],
  ['lost', 'draining', false, 'Lost'],
] as const)('a node that is %s and %s, held %s: %s', (state, scheduling, held, word) =>
  expect(nodeLook({ state, scheduling, gpus: [gpu(held)] }).word).toBe(word),
)

it('devices in words', () => {
  expect(deviceSentence({ gpus: [gpu(false), gpu(false)], cpuCores: 96, memoryBytes: 1e12 })).toBe(
    '2× NVIDIA H200, 141 GB',
  )
  expect(deviceSentence({ gpus: [gpu(false, 'cpu')], cpuCores: 2, memoryBytes: 16e9 })).toBe(
    '2 cores, 16 GB, no GPU',
  )
})

it('[L20] GPU processes that nobody knows are named', () => {
  const stranger = { index: 0, pid: 4711, name: 'python', memoryBytes: 12e9 }
  expect(
    strangersSentence({ strangers: [stranger, { index: 1, pid: 5, name: '', memoryBytes: null }] }),
  ).toBe(
    'GPU 0 is also used by python (process 4711, 12 GB), which Alto did not start. GPU 1 is also used by a program (process 5), which Alto did not start.',
  )
  expect(strangersSentence({ strangers: [] })).toBe('')
})

it('a job keeps its colour; neighbours differ', () =>
  expect([...jobSeries(['a', 'b', 'a', 'c']).values()]).toEqual([1, 2, 3]))
