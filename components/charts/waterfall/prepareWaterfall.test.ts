import { describe, expect, test } from 'vitest'
import { prepareWaterfall, type WaterfallRequest } from './prepareWaterfall'

const REQUEST: WaterfallRequest = {
  cells: [
    { gpu: 'n0/2', from: 1, to: 2, kind: 'encode' },
    { gpu: 'n0/2', from: 2, to: 4, kind: 'step' },
    { gpu: 'n0/10', from: 2, to: 4, kind: 'step' },
    { gpu: 'n0/2', from: 6, to: 10, kind: 'step' },
    { gpu: 'n0/2', from: 10, to: 14, kind: 'planned' },
  ],
  groups: [
    { from: 2, to: 4, firstStep: 1, lastStep: 1, width: 2 },
    { from: 6, to: 14, firstStep: 2, lastStep: 3, width: 1 },
  ],
  pauses: [{ from: 4, to: 6 }],
  queuedUntil: 1,
  slack: [
    [0, 8],
    [4, 8],
    [6, 6],
  ],
  deadline: 20,
  now: 9,
  width: 464,
}

describe('prepareWaterfall', () => {
  test('a row for each GPU, in the order of their numbers', () => {
    const picture = prepareWaterfall(REQUEST)
    expect(picture.rows.map((row) => row.gpu)).toEqual(['n0/2', 'n0/10'])
    expect(picture.cells[2]!.y).toBe(picture.rows[1]!.y)
  })

  test('everything lies on one axis of seconds that holds the deadline', () => {
    const picture = prepareWaterfall(REQUEST)
    const perSecond = (picture.deadlineX - picture.plot.left) / 20
    expect(picture.deadlineX).toBeLessThanOrEqual(picture.plot.right)
    expect(picture.pauses).toHaveLength(1)
    expect(picture.pauses[0]!.x).toBeCloseTo(picture.plot.left + 4 * perSecond, 0)
    expect(picture.queue!.width).toBeCloseTo(perSecond, 0)
    expect(picture.nowX).toBeCloseTo(picture.plot.left + 9 * perSecond, 0)
  })

  test('groups say their steps and GPUs where there is room', () => {
    const picture = prepareWaterfall(REQUEST)
    expect(picture.groups.map((group) => [group.steps, group.width, group.roomy])).toEqual([
      ['1', '2', true],
      ['2–3', '1', true],
    ])
    const narrow = prepareWaterfall({ ...REQUEST, width: 120 })
    expect(narrow.groups[0]!.roomy).toBe(false)
  })

  test('slack ends at its last value, and zero is drawn where it is late', () => {
    const picture = prepareWaterfall(REQUEST)
    expect(picture.slack!.end!.label).toBe('slack 6.0 s')
    const late = prepareWaterfall({
      ...REQUEST,
      slack: [
        [0, 2],
        [3, -4],
      ],
    })
    expect(late.slack!.end!.label).toBe('late 4.0 s')
    expect(late.slack!.end!.y).toBeGreaterThan(late.slack!.zeroY)
  })

  test('one sentence for who does not see it', () => {
    expect(prepareWaterfall(REQUEST).sentence).toBe(
      '1.0 s queued, 2 groups of steps on 2 GPUs, 2.0 s paused, deadline after 20.0 s.',
    )
  })
})
