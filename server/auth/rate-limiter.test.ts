import { describe, expect, it } from 'vitest'
import { RateLimiter } from './rate-limiter'

describe('rate limiter', () => {
  it('lets half a minute’s share through at once, then the average', () => {
    const limiter = new RateLimiter(60)
    const burst = Array.from({ length: 31 }, () => limiter.take('a', 0))
    expect(burst.slice(0, 30)).toEqual(Array(30).fill(0))
    expect(burst[30]).toBe(1)
    expect(limiter.take('a', 1_000)).toBe(0)
    expect(limiter.take('a', 1_000)).toBe(1)
  })

  it('keeps callers apart and forgets the quietest of too many', () => {
    const limiter = new RateLimiter(2)
    expect(limiter.take('a', 0)).toBe(0)
    expect(limiter.take('a', 0)).toBe(30)
    expect(limiter.take('b', 0)).toBe(0)
    for (let i = 0; i < 20_000; i++) limiter.take(`c${i}`, 0)
    expect(limiter.take('a', 0)).toBe(0)
  })
})
