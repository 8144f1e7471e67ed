import { describe, expect, it } from 'vitest'
import { type ForecastSweep, prepareForecast } from './prepareForecast'

const at = (minutes: number) => new Date(minutes * 60_000)
const ends = (p10: number, p50: number, p90: number) => ({ p10: at(p10), p50: at(p50), p90: at(p90) })
const sweep = (more: Partial<ForecastSweep>): ForecastSweep => ({
  name: 'sql',
  state: 'running',
  submittedAt: at(0),
  startedAt: at(1),
  endedAt: null,
  forecastAt: at(20),
  end: ends(50, 60, 80),
  history: [
    { madeAt: at(2), end: ends(40, 50, 90) },
    { madeAt: at(10), end: ends(50, 58, 80) },
  ],
  ...more,
})

describe('forecasts of a sweep', () => {
  it('the newest forecast follows those before it and holds until now', () => {
    const picture = prepareForecast(sweep({}), 300, 120, at(30).getTime())!
    expect(picture.line.split('L')).toHaveLength(4)
    expect(picture.line.endsWith(`${picture.plot.right} ${picture.line.split(' ').at(-1)}`)).toBe(true)
    expect(picture.caption).toBe('3 forecasts; P10 and P90 lie 30 min apart')
    expect(picture.endY).toBeNull()
  })

  it('of one that ended, says how far off the first was', () => {
    const picture = prepareForecast(
      sweep({ state: 'done', endedAt: at(62), end: null }),
      300,
      120,
      at(300).getTime(),
    )!
    expect(picture.caption).toBe('2 forecasts; the first was 12 min too early, inside its range')
    expect(picture.endY).toBeGreaterThan(picture.plot.top)
    expect(picture.nowX).toBeNull()
  })

  it('draws nothing where nothing was forecast', () =>
    expect(prepareForecast(sweep({ end: null, history: [] }), 300, 120, 0)).toBeNull())
})
