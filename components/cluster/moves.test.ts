import { expect, it } from 'vitest'
import { movesOf, nextInstant } from './moves'

const at = (seconds: number) => new Date(seconds * 1000)

it('lists starts with their stored reason, ends and planned starts in order of time', () => {
  const moves = movesOf(
    [
      {
        id: 'p1',
        jobId: 'a',
        jobName: 'sql',
        gpuIds: ['n1/0'],
        startedAt: at(10),
        endedAt: at(90),
        why: { rule: 'P1', message: 'These were free.' },
      },
    ],
    [
      { jobId: 'b', jobName: 'law', gpuIds: ['n1/0'], start: { p50: at(120) }, runs: false, why: 'Waits.' },
      { jobId: 'a', jobName: 'sql', gpuIds: ['n1/0'], start: { p50: at(20) }, runs: true, why: null },
    ],
  )
  expect(moves.map((move) => [move.kind, move.name, move.reason])).toEqual([
    ['start', 'sql', 'These were free.'],
    ['end', 'sql', null],
    ['planned', 'law', 'Waits.'],
  ])
})

it('walks from instant to instant and stops at the ends', () => {
  const instants = [10_000, 90_000, 120_000]
  expect(nextInstant(instants, 10_000, 1)).toBe(90_000)
  expect(nextInstant(instants, 120_000, 1)).toBeNull()
  expect(nextInstant(instants, 100_000, -1)).toBe(90_000)
})
