import { expect, it } from 'vitest'
import { plannedOnTimeline } from './planned-on-timeline'

const at = (minutes: number) => new Date(minutes * 60_000)
const range = (p10: number, p50: number, p90: number) => ({ p10: at(p10), p50: at(p50), p90: at(p90) })
const block = (runs: boolean, end = range(20, 30, 45)) => ({
  jobId: 'j',
  jobName: 'law-summary',
  gpuIds: ['n1/0'],
  start: range(5, 10, 15),
  end,
  runs,
  why: null,
})

it('what runs goes on from now until its P50, with the range of its end', () =>
  expect(plannedOnTimeline([block(true)], new Map([['j', 3]]), at(12).getTime())[0]).toMatchObject({
    start: at(12).getTime(),
    end: at(30).getTime(),
    series: 3,
    planned: true,
    endRange: { p10: at(20).getTime(), p90: at(45).getTime() },
  }))

it('what waits begins at its P50, or now where that has passed', () => {
  expect(plannedOnTimeline([block(false)], new Map(), at(1).getTime())[0]?.start).toBe(at(10).getTime())
  expect(plannedOnTimeline([block(false)], new Map(), at(12).getTime())[0]?.start).toBe(at(12).getTime())
})

it('draws nothing of an end that has passed', () =>
  expect(plannedOnTimeline([block(true, range(1, 2, 3))], new Map(), at(12).getTime())).toEqual([]))
