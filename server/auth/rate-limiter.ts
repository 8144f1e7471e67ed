/** Callers that are remembered; the one that was quiet for longest is forgotten first, as if it were new. */
const MOST_CALLERS = 20_000

interface Bucket {
  tokens: number
  at: number
}

/** Token buckets by caller: `perMinute` on average, and up to half a minute's share at once. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>()

  constructor(private readonly perMinute: number) {}

  /**
   * Takes one request from the caller's share.
   *
   * @returns seconds to wait where nothing is left of it, else 0
   */
  take(caller: string, nowMs: number): number {
    const most = Math.max(1, this.perMinute / 2)
    const before = this.buckets.get(caller) ?? { tokens: most, at: nowMs }
    const tokens = Math.min(most, before.tokens + ((nowMs - before.at) / 60_000) * this.perMinute)
    this.buckets.delete(caller)
    this.buckets.set(caller, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: nowMs })
    if (this.buckets.size > MOST_CALLERS) this.buckets.delete(this.buckets.keys().next().value!)
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60) / this.perMinute)
  }
}
