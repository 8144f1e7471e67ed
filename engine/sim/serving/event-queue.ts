/** Future events in one total order: time, then kind rank, then the order in which they were added. */
export class EventQueue<T> {
  private readonly heap: { atMs: number; rank: number; sequence: number; event: T }[] = []
  private sequence = 0

  get nextMs(): number {
    return this.heap[0]?.atMs ?? Number.POSITIVE_INFINITY
  }

  add(atMs: number, rank: number, event: T): void {
    const entry = { atMs, rank, sequence: this.sequence++, event }
    let index = this.heap.length
    this.heap.push(entry)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.precedes(parent, index)) break
      this.swap(parent, index)
      index = parent
    }
  }

  /** Takes the first event out; undefined when there is none. */
  take(): T | undefined {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (!first || !last) return undefined
    if (this.heap.length > 0) {
      this.heap[0] = last
      this.sink()
    }
    return first.event
  }

  private sink(): void {
    let index = 0
    for (;;) {
      let least = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.heap.length && this.precedes(child, least)) least = child
      }
      if (least === index) return
      this.swap(least, index)
      index = least
    }
  }

  private precedes(a: number, b: number): boolean {
    const x = this.heap[a]!
    const y = this.heap[b]!
    return x.atMs !== y.atMs ? x.atMs < y.atMs : x.rank !== y.rank ? x.rank < y.rank : x.sequence < y.sequence
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!
    this.heap[a] = this.heap[b]!
    this.heap[b] = held
  }
}
