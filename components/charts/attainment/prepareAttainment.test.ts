import { describe, expect, test } from 'vitest'
import { prepareAttainment } from './prepareAttainment'

const HOUR = 3_600_000
const window = (at: number, onTime: number, total: number, low: number, high: number) => ({
  at,
  onTime,
  total,
  low,
  high,
})
const prepare = (windows: ReturnType<typeof window>[], target = 0.9) =>
  prepareAttainment({ windows, target, from: 0, to: 6 * HOUR, width: 308, height: 128 })

describe('prepareAttainment', () => {
  test('the share counts requests, not windows', () => {
    const picture = prepare([window(HOUR, 9, 10, 0.6, 0.98), window(2 * HOUR, 90, 90, 0.96, 1)])
    expect(picture.share).toBeCloseTo(0.99)
    expect(picture.sentence).toBe('99.0% of 100 on time, target 90.0%.')
  })

  test('only a window whose whole interval lies below the target is marked', () => {
    const picture = prepare([window(HOUR, 5, 10, 0.3, 0.7), window(2 * HOUR, 8, 10, 0.5, 0.95)])
    expect(picture.broken.map((one) => one.at)).toEqual([HOUR])
  })

  test('a window without requests leaves a gap in line and band', () => {
    const picture = prepare([
      window(HOUR, 9, 10, 0.6, 0.98),
      window(2 * HOUR, 0, 0, 0, 1),
      window(3 * HOUR, 9, 10, 0.6, 0.98),
    ])
    expect(picture.line.match(/M/g)).toHaveLength(2)
    expect(picture.band.match(/Z/g)).toHaveLength(2)
  })

  test('the two labels stand apart, the value on its side of the target', () => {
    const close = prepare([window(HOUR, 91, 100, 0.84, 0.95)])
    expect(close.targetLabelY - close.valueY).toBeGreaterThanOrEqual(14)
    const below = prepare([window(HOUR, 89, 100, 0.8, 0.93)])
    expect(below.valueY - below.targetLabelY).toBeGreaterThanOrEqual(14)
  })

  test('nothing ended: no share, and the axis is there', () => {
    const picture = prepare([])
    expect(picture.share).toBeNull()
    expect(picture.line).toBe('')
    expect(picture.yTicks.length).toBeGreaterThan(1)
    expect(picture.sentence).toBe('No request ended in this time.')
  })
})
