import { describe, expect, it } from 'vitest'
import { formatBytes } from './bytes'
import { formatClock, formatDuration, formatGpuHours } from './duration'
import { formatLoss } from './loss'
import { formatCount, formatShare, formatShort, plural } from './number'
import { formatParameter, formatParameters, runLabel } from './parameter'
import { formatAgo, formatTime, formatTimeRange, formatWhen } from './time'

const utc = { timeZone: 'UTC' }

describe('how numbers are written', () => {
  it.each([
    [0.49079, '0.4908'],
    [12.5, '12.5000'],
    [null, 'NaN'],
    [Number.POSITIVE_INFINITY, 'NaN'],
    [undefined, '–'],
    [123456, '1.23e+5'],
  ])('loss %s is %s', (value, text) => expect(formatLoss(value)).toBe(text))

  it('a loss in a sentence has 3 decimals', () => expect(formatLoss(0.68461, 3)).toBe('0.685'))

  it.each([
    [0.4, '0.4 s'],
    [3.2, '3.2 s'],
    [3, '3 s'],
    [59, '59 s'],
    [59.6, '1 min'],
    [3599, '1 h'],
    [4740, '1 h 19 min'],
    [187200, '2 d 4 h'],
  ])('%s seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

  it('a clock duration has hours and minutes', () => expect(formatClock(3960)).toBe('1:06'))
  it('GPU-hours keep two decimals below one', () => expect(formatGpuHours(1440)).toBe('0.40'))

  it.each([
    [8592, '8,592'],
    [0, '0'],
  ])('count %s is %s', (value, text) => expect(formatCount(value)).toBe(text))

  it.each([
    [950, '950'],
    [12_400, '12.4k'],
    [420_000, '0.42 M'],
    [1_550_000, '1.55 M'],
  ])('short count %s is %s', (value, text) => expect(formatShort(value)).toBe(text))

  it('shares have one decimal', () => expect(formatShare(0.5761)).toBe('57.6%'))
  it('plural names the thing', () =>
    expect([plural(1, 'run'), plural(1200, 'run')]).toEqual(['1 run', '1,200 runs']))

  it.each([
    [214_000_000, '214 MB'],
    [16_100_000_000, '16.1 GB'],
    [512, '512 B'],
  ])('%s bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('how parameters are written', () => {
  it.each([
    ['learning_rate', 0.0002, '2e-4'],
    ['learning_rate', 0.00025, '2.5e-4'],
    ['learning_rate', 0.01, '1e-2'],
    ['weight_decay', 0.0001, '1e-4'],
    ['dropout', 0.05, '0.05'],
    ['dropout', 0, '0'],
    ['rank', 128, '128'],
    ['target_modules', ['q_proj', 'v_proj'], 'q_proj, v_proj'],
    ['lr_scheduler', 'cosine', 'cosine'],
  ])('%s %s is %s', (name, value, text) => expect(formatParameter(name, value)).toBe(text))

  it('a list has short names in the given order', () =>
    expect(formatParameters({ rank: 128, learning_rate: 0.002, seed: 1 }, ['learning_rate', 'rank'])).toBe(
      'lr 2e-3, rank 128',
    ))
  it('runs have two digits at least', () => expect([runLabel(7), runLabel(107)]).toEqual(['r07', 'r107']))
})

describe('how times are written', () => {
  const at = new Date('2026-11-21T14:43:32Z')
  it('24 hours', () => expect(formatTime(at, utc)).toBe('14:43'))
  it('an en dash in ranges', () =>
    expect(formatTimeRange(at, new Date('2026-11-21T15:38:00Z'), utc)).toBe('14:43–15:38'))
  it('a day that is not today is named', () =>
    expect(formatWhen(at, new Date('2026-11-24T10:00:00Z'), utc)).toBe('Nov 21'))
  it.each([
    [0.4, 'now'],
    [40, '40 s ago'],
    [180, '3 min ago'],
  ])('%s s is %s', (seconds, text) => expect(formatAgo(seconds)).toBe(text))
})
