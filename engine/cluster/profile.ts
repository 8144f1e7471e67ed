/**
 * Free GPUs of one pool over time: a step function, kept as breakpoints. The last step reaches to infinity and is the
 * whole pool. Instants are compared exactly: a task that starts when another ends uses the same number.
 */
export class Profile {
  private time: Float64Array
  private free: Int32Array
  private size = 1
  /** Steps before this one have no free GPU. */
  private open = 0

  /** @param tasks how many reservations it will hold at most */
  constructor(
    private readonly capacity: number,
    tasks: number,
  ) {
    this.time = new Float64Array(2 * tasks + 2)
    this.free = new Int32Array(2 * tasks + 2)
    this.clear()
  }

  /** Everything is free again. */
  clear(): void {
    this.size = 1
    this.open = 0
    this.time[0] = 0
    this.free[0] = this.capacity
  }

  /** Makes this profile equal to another one of the same pool. */
  copyFrom(other: Profile): void {
    if (this.time.length < other.size + 2) this.grow(other.size + 2)
    this.time.set(other.time.subarray(0, other.size))
    this.free.set(other.free.subarray(0, other.size))
    this.size = other.size
    this.open = other.open
  }

  /**
   * Earliest instant from `release` on at which `width` GPUs are free for `duration`.
   *
   * @param limit an instant from which the answer does not matter any more; then Infinity is answered
   */
  earliest(release: number, duration: number, width: number, limit: number): number {
    const { time, free, size } = this
    let step = this.open
    if (time[step]! < release) step = this.stepAt(release, step)
    for (;;) {
      while (free[step]! < width) step += 1
      const start = Math.max(time[step]!, release)
      if (start >= limit) return Number.POSITIVE_INFINITY
      const end = start + duration
      let next = step + 1
      while (next < size && time[next]! < end && free[next]! >= width) next += 1
      if (next >= size || time[next]! >= end) return start
      step = next
    }
  }

  /** Takes `width` GPUs from `start` for `duration`; they must be free. */
  reserve(start: number, duration: number, width: number): void {
    const from = this.split(start)
    const to = this.split(start + duration)
    const { free } = this
    for (let step = from; step < to; step++) free[step]! -= width
    while (this.open < this.size - 1 && free[this.open] === 0) this.open += 1
  }

  /** Index of the step that begins at the instant, which is made where there is none. */
  private split(instant: number): number {
    const at = this.stepAt(instant, 0)
    if (this.time[at] === instant) return at
    if (this.size + 1 > this.time.length) this.grow(2 * this.size + 2)
    const { time, free } = this
    time.copyWithin(at + 2, at + 1, this.size)
    free.copyWithin(at + 2, at + 1, this.size)
    time[at + 1] = instant
    free[at + 1] = free[at]!
    this.size += 1
    return at + 1
  }

  /** Index of the step that contains the instant. */
  private stepAt(instant: number, from: number): number {
    let low = from
    let high = this.size - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.time[middle]! <= instant) low = middle
      else high = middle - 1
    }
    return low
  }

  private grow(length: number): void {
    const time = new Float64Array(length)
    const free = new Int32Array(length)
    time.set(this.time.subarray(0, this.size))
    free.set(this.free.subarray(0, this.size))
    this.time = time
    this.free = free
  }
}
