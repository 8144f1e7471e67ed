import { describe, expect, it } from 'vitest'
import { hash32, random } from './random'

const draw = (seed: number | string, count: number) => {
  const source = random(seed)
  return Array.from({ length: count }, () => source.next())
}

describe('random', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    expect(draw(7, 20)).toEqual(draw(7, 20))
    expect(draw(7, 20)).not.toEqual(draw(8, 20))
    expect(draw('7', 20)).toEqual(draw(7, 20))
  })

  it('keeps its sequence from version to version, or every recorded simulation changes', () => {
    expect(draw(1, 3).map((value) => Math.round(value * 2 ** 32))).toEqual([
      1322085210, 3448142222, 3302266490,
    ])
    expect(hash32('alto')).toBe(4006205513)
  })

  it('is uniform in [0, 1)', () => {
    const values = draw(3, 20_000)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    for (let decile = 0; decile < 10; decile++) {
      const share = values.filter((value) => Math.floor(value * 10) === decile).length / values.length
      expect(Math.abs(share - 0.1)).toBeLessThan(0.01)
    }
  })

  it('draws integers below a bound, all of them', () => {
    const source = random(5)
    const seen = new Set(Array.from({ length: 400 }, () => source.integer(7)))
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('draws normal and exponential numbers with the right moments', () => {
    const source = random(11)
    const normal = Array.from({ length: 20_000 }, () => source.normal())
    const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length
    const variance = normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
    const waits = Array.from({ length: 20_000 }, () => source.exponential())
    expect(Math.abs(waits.reduce((sum, value) => sum + value, 0) / waits.length - 1)).toBeLessThan(0.03)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
  })

  it('shuffles a copy: every item once, every place possible', () => {
    const items = [1, 2, 3, 4, 5]
    const source = random(2)
    const shuffled = source.shuffle(items)
    expect(items).toEqual([1, 2, 3, 4, 5])
    expect([...shuffled].sort()).toEqual(items)
    const first = new Set(Array.from({ length: 200 }, () => source.shuffle(items)[0]))
    const last = new Set(Array.from({ length: 200 }, () => source.shuffle(items)[4]))
    expect([first.size, last.size]).toEqual([5, 5])
  })

  it('forks streams that do not depend on what was drawn before', () => {
    const source = random(4)
    const before = source.fork('arrivals').next()
    source.next()
    expect(source.fork('arrivals').next()).toBe(before)
    expect(source.fork('lengths').next()).not.toBe(before)
  })
})
