import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../test/builders/serving'
import { attainment, isOnTime } from './attainment'
import { latencyPercentiles } from './latency'
import { pauseReceipt } from './pause-receipt'
import { slackOverTime } from './slack-over-time'
import { type RequestInterval, timeSpent } from './time-spent'

describe('attainment', () => {
  const outcomes = (onTime: number, late: number, unfinished = 0) => [
    ...Array.from({ length: onTime }, () => ({ finishedMs: 10, deadlineMs: 10 })),
    ...Array.from({ length: late }, () => ({ finishedMs: 11, deadlineMs: 10 })),
    ...Array.from({ length: unfinished }, () => ({ finishedMs: null, deadlineMs: 10 })),
  ]

  it('[S9] counts an end at the deadline as on time, a later one and none as late', () => {
    expect(attainment(outcomes(2, 1, 1))).toMatchObject({ onTime: 2, total: 4, share: 0.5 })
    expect(isOnTime(10.0000005, 10)).toBe(true)
    expect(isOnTime(10.001, 10)).toBe(false)
  })

  it('[S33] has the 95% interval of Wilson', () => {
    // Worked with the closed form: 8 of 10.
    const { low, high } = attainment(outcomes(8, 2))
    expect(low).toBeCloseTo(0.4902, 4)
    expect(high).toBeCloseTo(0.9433, 4)
  })

  it('[S33] stays inside 0 to 1 and knows nothing of nothing', () => {
    expect(attainment(outcomes(5, 0))).toMatchObject({ share: 1, high: 1 })
    expect(attainment(outcomes(5, 0)).low).toBeCloseTo(0.5655, 4)
    expect(attainment(outcomes(0, 5)).low).toBeCloseTo(0, 10)
    expect(attainment([])).toEqual({ onTime: 0, total: 0, share: null, low: null, high: null })
  })
})

describe('latencyPercentiles', () => {
  const ended = (latencies: (number | null)[]) =>
    latencies.map((latency) => ({ arrivalMs: 5, finishedMs: latency === null ? null : latency + 5 }))

  it('[S9] takes the nearest rank, in any order', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(latencyPercentiles(ended(hundred))).toEqual({ p50: 50, p90: 90, p99: 99 })
    expect(latencyPercentiles(ended([7]))).toEqual({ p50: 7, p90: 7, p99: 7 })
    expect(latencyPercentiles(ended([1, 2, 3]))).toEqual({ p50: 2, p90: 3, p99: 3 })
  })

  it('[S9] counts who never ended as infinite, which is null', () => {
    expect(latencyPercentiles(ended([1, 2, 3, null]))).toEqual({ p50: 2, p90: null, p99: null })
    expect(latencyPercentiles([])).toEqual({ p50: null, p90: null, p99: null })
  })
})

const interval = (
  startMs: number,
  endMs: number,
  phase: RequestInterval['phase'],
  sp = 1,
): RequestInterval => {
  return { startMs, endMs, phase, steps: phase === 'denoise' ? 1 : 0, sp }
}
/** Queued 5, encode 10, at once a step, paused 20, a step, 3 of switching in a gap of 8, a wide step, decode. */
const life = [
  interval(5, 15, 'encode'),
  interval(15, 115, 'denoise'),
  interval(135, 235, 'denoise'),
  interval(243, 313, 'denoise', 2),
  interval(313, 333, 'decode'),
]

describe('timeSpent', () => {
  it('[S34] splits a life without rest', () => {
    const spent = timeSpent(0, life, 3, 333)
    expect(spent).toEqual({
      queuedMs: 5,
      encodingMs: 10,
      denoisingMs: 270,
      pausedMs: 25,
      switchingMs: 3,
      decodingMs: 20,
    })
    expect(Object.values(spent).reduce((sum, part) => sum + part, 0)).toBe(333)
  })

  it('[S34] counts what still waits up to now', () => {
    expect(timeSpent(0, [], 3, 40)).toMatchObject({ queuedMs: 40, pausedMs: 0 })
    expect(timeSpent(0, life.slice(0, 2), 3, 150)).toMatchObject({ queuedMs: 5, pausedMs: 35 })
  })
})

describe('slackOverTime', () => {
  it('[S34] falls while it waits, is level while it runs, and jumps where the degree changes', () => {
    const request = { shape: shapeOf('low'), steps: 3, arrivalMs: 0, deadlineMs: 500 }
    // 330 ms of work at SP 1; a step at SP 2 takes 70 ms.
    const points = slackOverTime(request, life)
    expect(points.map(({ slackMs }) => slackMs)).toEqual([
      170, 165, 165, 165, 165, 145, 145, 167, 167, 167, 167,
    ])
    expect(points.map(({ atMs }) => atMs)).toEqual([0, 5, 15, 15, 115, 135, 235, 243, 313, 313, 333])
  })
})

describe('pauseReceipt', () => {
  const pause = {
    afterStep: 9,
    pausedMs: 3200,
    gaveWayTo: [{ id: 'v-8f1c', gpus: 4, onTime: true as boolean | undefined }],
  }

  it('[S5] says who needed the GPUs and that no step was lost', () => {
    expect(pauseReceipt(pause)).toBe(
      'Paused for 3.2 s after step 9. v-8f1c needed 4 GPUs and met its deadline. No step lost.',
    )
  })

  it('[S5] says what is known and no more', () => {
    const one = { id: 'i-1', gpus: 1, onTime: undefined }
    expect(pauseReceipt({ ...pause, gaveWayTo: [one] })).toMatch(/ i-1 needed 1 GPU\. No/)
    expect(pauseReceipt({ ...pause, gaveWayTo: [{ ...one, onTime: false }] })).toMatch(
      /1 GPU and missed its deadline\./,
    )
    expect(pauseReceipt({ ...pause, gaveWayTo: [] })).toBe('Paused for 3.2 s after step 9. No step lost.')
  })
})
