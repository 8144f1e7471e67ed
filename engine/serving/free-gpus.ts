import type { ServingGpu } from './snapshot'

/** The GPUs that are free in this round, as they are given out. SP groups lie inside one node. */
export class FreeGpus {
  private readonly free: boolean[]
  private readonly perNode = new Map<number, number>()
  /** GPUs still free. */
  count = 0

  constructor(
    private readonly gpus: readonly ServingGpu[],
    now: number,
  ) {
    this.free = gpus.map((gpu) => gpu.busyUntilMs <= now)
    for (let index = 0; index < gpus.length; index++) if (this.free[index]) this.add(index, 1)
  }

  isFree(gpu: number): boolean {
    return this.free[gpu] === true
  }

  /** Free GPUs on the node that has most of them: the widest group that could start now. */
  widest(): number {
    let most = 0
    for (const count of this.perNode.values()) most = Math.max(most, count)
    return most
  }

  take(gpus: readonly number[]): void {
    for (const gpu of gpus) {
      if (!this.free[gpu]) throw new Error(`GPU ${gpu} was given out twice in one round.`)
      this.free[gpu] = false
      this.add(gpu, -1)
    }
  }

  /**
   * A set of `width` free GPUs of one node, leader first, or undefined. It prefers GPUs of `last` (no move of state,
   * its leader stays leader where it can), then the node with the fewest free GPUs that suffice, so that wide groups
   * elsewhere stay possible; then low indexes.
   */
  pick(width: number, last: readonly number[] = []): number[] | undefined {
    if (width > this.count) return undefined
    const leader = last[0]
    if (leader !== undefined && this.free[leader]) {
      const node = this.gpus[leader]!.node
      if ((this.perNode.get(node) ?? 0) >= width) return this.fill(node, width, last)
    }
    let best: number | undefined
    let bestScore = Number.POSITIVE_INFINITY
    for (const [node, count] of this.perNode) {
      if (count < width) continue
      const home = last.some((gpu) => this.gpus[gpu]!.node === node) ? 0 : 1
      const score = home * 1e6 + count + node * 1e-6
      if (score < bestScore) {
        best = node
        bestScore = score
      }
    }
    return best === undefined ? undefined : this.fill(best, width, last)
  }

  /** `count` free GPUs on the node of `gpu`, or undefined: what widens a group that runs there. */
  beside(gpu: number, count: number): number[] | undefined {
    const node = this.gpus[gpu]!.node
    return (this.perNode.get(node) ?? 0) >= count ? this.fill(node, count, []) : undefined
  }

  private fill(node: number, width: number, last: readonly number[]): number[] {
    const set: number[] = []
    for (const gpu of last) {
      if (set.length < width && this.free[gpu] && this.gpus[gpu]!.node === node) set.push(gpu)
    }
    for (let gpu = 0; gpu < this.gpus.length && set.length < width; gpu++) {
      if (this.free[gpu] && this.gpus[gpu]!.node === node && !set.includes(gpu)) set.push(gpu)
    }
    return set
  }

  private add(gpu: number, by: number): void {
    const node = this.gpus[gpu]!.node
    this.perNode.set(node, (this.perNode.get(node) ?? 0) + by)
    this.count += by
  }
}
