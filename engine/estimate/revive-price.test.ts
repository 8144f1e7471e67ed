import { describe, expect, it } from 'vitest'
import { revivePrice } from './revive-price'

const request = {
  restSamples: 6000,
  secondsPerSample: 0.1,
  slots: 4,
  busySlots: 2,
  waiting: 0,
  remaining: { p10: 1500, p50: 1920, p90: 2700 },
}

describe('price of reviving', () => {
  it('[F8] costs the sweep nothing where a slot is free and others train for longer', () =>
    expect(revivePrice(request)).toEqual({ seconds: 600, addsSeconds: 0 }))

  it('[F8] moves the end where the run outlasts the sweep', () =>
    expect(revivePrice({ ...request, remaining: { p10: 50, p50: 100, p90: 200 } }).addsSeconds).toBe(500))

  it('[F8] shares the slots where all are taken', () =>
    expect(revivePrice({ ...request, busySlots: 4 }).addsSeconds).toBe(150))

  it('[F8] of a sweep that has ended it adds all of its rest', () =>
    expect(
      revivePrice({ ...request, slots: 0, busySlots: 0, remaining: { p10: 0, p50: 0, p90: 0 } }).addsSeconds,
    ).toBe(600))

  it('[F8] a run that was trained to its end costs nothing', () =>
    expect(revivePrice({ ...request, restSamples: 0 })).toEqual({ seconds: 0, addsSeconds: 0 }))
})
