import { describe, expect, test } from 'vitest'
import type { RequestDetail } from '@/server/views/request-detail'
import { spanAt } from './span'
import { waterfallOf } from './waterfall-of'

const START = Date.UTC(2026, 0, 1)
const at = (seconds: number) => new Date(START + seconds * 1000)
const bar = (from: number, to: number, fromStep: number, steps: number, gpuIds: string[]) => ({
  number: 0,
  phase: 'denoise' as const,
  startedAt: at(from),
  endedAt: at(to),
  fromStep,
  steps,
  sp: gpuIds.length,
  batch: 1,
  gpuIds,
})

const DETAIL: RequestDetail = {
  request: {
    id: 'r',
    deploymentId: 'd',
    deploymentName: 'pair',
    projectId: 'p',
    projectName: 'Default',
    createdBy: null,
    groupId: 'g',
    kind: 'video',
    prompt: 'a circle',
    width: 64,
    height: 64,
    frames: 8,
    steps: 8,
    seed: 1,
    guidance: null,
    state: 'running',
    stage: 'denoise',
    stepsDone: 6,
    gpuIds: ['n/0'],
    pauses: 1,
    attempt: 1,
    weight: 1,
    createdAt: at(0),
    startedAt: at(1),
    endedAt: null,
    deadlineAt: at(30),
    onTime: null,
    workLeftMs: 4000,
    slackMs: 6000,
    sentence: null,
    error: null,
    parkedBytes: null,
    quote: null,
    previewUrl: null,
    previewStep: null,
    resultUrl: null,
    resultType: null,
    resultBytes: null,
  },
  segments: [
    { ...bar(1, 2, 0, 0, ['n/0']), phase: 'encode' },
    bar(2, 4, 0, 2, ['n/0', 'n/1']),
    bar(4.01, 6, 2, 2, ['n/0', 'n/1']),
    bar(8, 10, 4, 2, ['n/0']),
  ],
  receipts: [],
  waits: [
    { kind: 'queued', from: at(0), to: at(1), afterStep: 0 },
    { kind: 'paused', from: at(6), to: at(8), afterStep: 4 },
  ],
  slack: [{ at: at(0), slackMs: 9000 }],
  spent: {
    queuedMs: 1000,
    encodingMs: 1000,
    denoisingMs: 6000,
    pausedMs: 2000,
    switchingMs: 0,
    decodingMs: 0,
  },
  webhook: null,
}

describe('waterfallOf', () => {
  test('bars in a row on the same GPUs are one group, after a pause another begins', () => {
    const { groups } = waterfallOf(DETAIL, START + 16_000)
    expect(groups).toEqual([
      { from: 2, to: 6, firstStep: 1, lastStep: 4, width: 2 },
      { from: 8, to: 10, firstStep: 5, lastStep: 6, width: 1 },
    ])
  })

  test('a bar is cut into its steps, on each of its GPUs', () => {
    const { cells } = waterfallOf(DETAIL, START + 16_000)
    expect(cells.filter((cell) => cell.kind === 'step')).toHaveLength(2 * 2 + 2 * 2 + 2)
    expect(cells.filter((cell) => cell.kind === 'encode')).toHaveLength(1)
  })

  test('what a live one has still to do is planned from now on, and an ended one has no now', () => {
    const picture = waterfallOf(DETAIL, START + 16_000)
    const planned = picture.cells.filter((cell) => cell.kind === 'planned')
    expect(planned.map((cell) => [cell.from, cell.to])).toEqual([
      [16, 18],
      [18, 20],
    ])
    expect(picture.now).toBe(16)
    const ended = { ...DETAIL.request, state: 'done' as const, endedAt: at(12), workLeftMs: null }
    const past = waterfallOf({ ...DETAIL, request: ended }, START + 99_000)
    expect(past.now).toBeNull()
    expect(past.cells.some((cell) => cell.kind === 'planned')).toBe(false)
  })

  test('queue, pause, slack and deadline are in seconds since it came', () => {
    const picture = waterfallOf(DETAIL, START + 16_000)
    expect(picture.queuedUntil).toBe(1)
    expect(picture.pauses).toEqual([{ from: 6, to: 8 }])
    expect(picture.slack).toEqual([[0, 9]])
    expect(picture.deadline).toBe(30)
  })
})

test('a span ends with the window of now, so it is asked once a window', () => {
  const one = spanAt('1h', START + 61_000)
  expect(spanAt('1h', START + 299_000)).toEqual(one)
  expect(one.to.getTime()).toBe(START + 300_000)
  expect(one.to.getTime() - one.from.getTime()).toBe(3_600_000)
  expect(spanAt('1h', START + 301_000).to.getTime()).toBe(START + 600_000)
})
