import type { ServingGpu } from '../../snapshot'

/** A set of GPUs of one node and the time from which all of them are free. */
export interface Group {
  gpus: number[]
  readyMs: number
}

/**
 * GPUs as a round gives them out in order of priority, the busy ones with the end of their step: who goes first may
 * claim a GPU that frees later, and who goes after no longer counts on it.
 */
export class Claims {
  private readonly readyMs: number[]
  private readonly taken: boolean[]
  private readonly nodes: number[][] = []
  /** GPUs of each node that nobody has claimed, in the order of `nodes`. */
  private readonly leftOn: number[] = []
  private readonly placeOfNode = new Map<number, number>()
  private readonly nodeOf: number[]
  /** GPUs that nobody has claimed. */
  left: number

  constructor(gpus: readonly ServingGpu[], now: number) {
    this.readyMs = gpus.map((gpu) => Math.max(gpu.busyUntilMs, now))
    this.taken = gpus.map(() => false)
    this.nodeOf = gpus.map((gpu) => gpu.node)
    this.left = gpus.length
    for (const [index, { node }] of gpus.entries()) {
      const place = this.placeOfNode.get(node)
      if (place === undefined) {
        this.placeOfNode.set(node, this.nodes.length)
        this.nodes.push([index])
        this.leftOn.push(1)
      } else {
        this.nodes[place]!.push(index)
        this.leftOn[place]!++
      }
    }
  }

  isTaken(gpu: number): boolean {
    return this.taken[gpu]!
  }

  take(gpus: readonly number[]): void {
    for (const gpu of gpus) {
      if (this.taken[gpu]) throw new Error(`GPU ${gpu} was given out twice in one round.`)
      this.taken[gpu] = true
      this.leftOn[this.placeOfNode.get(this.nodeOf[gpu]!)!]!--
      this.left--
    }
  }

  /**
   * The group of `width` unclaimed GPUs that is free first. At a tie the node of `own` (the request's last GPUs, its
   * leader first), then the node with fewest unclaimed GPUs free by then, so that wide groups stay possible elsewhere.
   * Inside a node its own GPUs come first among those free in time.
   *
   * @param base GPUs that it keeps, of one node
   * @param fromMs it cannot use a group before
   */
  find(width: number, own: readonly number[], base: readonly number[], fromMs: number): Group | undefined {
    const home = own.length > 0 ? this.nodeOf[own[0]!] : undefined
    let best: Candidate | undefined
    for (const [place, node] of this.nodes.entries()) {
      if (this.leftOn[place]! < width - base.length) continue
      if (base.length > 0 && this.nodeOf[base[0]!] !== this.nodeOf[node[0]!]) continue
      const open = node.filter((gpu) => !this.taken[gpu] && !base.includes(gpu))
      if (open.length < width - base.length) continue
      const group = this.groupOf(open, width, own, base, fromMs)
      const isHome = this.nodeOf[node[0]!] === home
      const ready = open.filter((gpu) => this.readyMs[gpu]! <= group.readyMs).length
      const candidate = { group, isHome, ready }
      if (!best || precedes(candidate, best)) best = candidate
    }
    return best?.group
  }

  /** Free GPUs beside `gpu` on its node that nobody claims. */
  idleBeside(gpu: number, now: number): number[] {
    const node = this.nodes[this.placeOfNode.get(this.nodeOf[gpu]!)!]!
    return node.filter((other) => !this.taken[other] && this.readyMs[other]! <= now)
  }

  private groupOf(
    open: number[],
    width: number,
    own: readonly number[],
    base: readonly number[],
    fromMs: number,
  ): Group {
    // The whole list is put in order only where more than one is wanted.
    if (width === 1 && base.length === 0) {
      let first = open[0]!
      for (const gpu of open) if (this.compare(gpu, first, own, fromMs) < 0) first = gpu
      return { gpus: [first], readyMs: Math.max(this.readyMs[first]!, fromMs) }
    }
    open.sort((a, b) => this.compare(a, b, own, fromMs))
    const gpus = [...base, ...open.slice(0, width - base.length)]
    let readyMs = fromMs
    for (const gpu of gpus) readyMs = Math.max(readyMs, this.readyMs[gpu]!)
    return { gpus: gpus.sort((a, b) => placeIn(own, a) - placeIn(own, b)), readyMs }
  }

  /** The one that is free first, then its own in their order, then by number. */
  private compare(a: number, b: number, own: readonly number[], fromMs: number): number {
    const apart = Math.max(this.readyMs[a]!, fromMs) - Math.max(this.readyMs[b]!, fromMs)
    return apart || placeIn(own, a) - placeIn(own, b)
  }
}

function placeIn(own: readonly number[], gpu: number): number {
  const index = own.indexOf(gpu)
  return index < 0 ? own.length + gpu : index
}

interface Candidate {
  group: Group
  /** On the node that has the request's state. */
  isHome: boolean
  /** Unclaimed GPUs of the node that are free when the group is. */
  ready: number
}

function precedes(a: Candidate, b: Candidate): boolean {
  if (a.group.readyMs !== b.group.readyMs) return a.group.readyMs < b.group.readyMs
  if (a.isHome !== b.isHome) return a.isHome
  return a.ready < b.ready
}
