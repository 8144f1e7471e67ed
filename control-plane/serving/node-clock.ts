/** How much the true offset may drift between two events. */
const DRIFT = 1e-3
/** Beyond this the node's clock was set, or the way was blocked: the newest estimate counts again. */
const JUMP_MS = 5_000

/**
 * Times of a node on the leader's clock. The smallest difference between sending and hearing is the offset with the
 * shortest way; longer ones are delays.
 */
export class NodeClock {
  private offsetMs: number | undefined
  private heardMs = 0

  /** Takes in that an event of `sentMs` (node) was heard at `nowMs` (leader). */
  hear(sentMs: number, nowMs: number): void {
    const found = nowMs - sentMs
    const drifted = (this.offsetMs ?? found) + DRIFT * (nowMs - this.heardMs)
    this.offsetMs = this.offsetMs === undefined || found < drifted ? found : Math.min(found, drifted)
    if (found - this.offsetMs > JUMP_MS) this.offsetMs = found
    this.heardMs = nowMs
  }

  toLeader(ms: number): number {
    return ms + (this.offsetMs ?? 0)
  }
}
