/** A binary heap of events in one total order: time, then kind, then the sequence of insertion. */
export class EventQueue<E extends { time: number; kind: number }> {
  private readonly heap: { event: E; sequence: number }[] = []
  private sequence = 0

  get size(): number {
    return this.heap.length
  }

  push(event: E): void {
    const { heap } = this
    const entry = { event, sequence: this.sequence++ }
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  peek(): E | undefined {
    return this.heap[0]?.event
  }

  pop(): E | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first?.event
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first.event
  }
}

function isBefore(
  a: { event: { time: number; kind: number }; sequence: number },
  b: { event: { time: number; kind: number }; sequence: number },
): boolean {
  return (
    a.event.time < b.event.time ||
    (a.event.time === b.event.time &&
      (a.event.kind < b.event.kind || (a.event.kind === b.event.kind && a.sequence < b.sequence)))
  )
}
