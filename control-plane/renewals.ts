import type { Pool } from 'pg'
import { type LeasedAttempt, renewNodes } from '../server/db/leases'

/** Heartbeats that come within this time of one another share a statement. */
const GATHER_MS = 25

interface Waiting {
  nodeId: string
  resolve(attempts: LeasedAttempt[]): void
  reject(error: unknown): void
}

/**
 * Renews leases of all nodes whose heartbeats have come since the last time in one statement: a thousand nodes cost few
 * more than one. Two statements are never on their way at once, so a slow database gathers more and not a crowd.
 */
export class Renewals {
  private waiting: Waiting[] = []
  private busy = false

  constructor(
    private readonly pool: Pool,
    private readonly seconds: number,
  ) {}

  /** What the node may go on with. */
  of(nodeId: string): Promise<LeasedAttempt[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ nodeId, resolve, reject })
      if (!this.busy) void this.renew()
    })
  }

  private async renew(): Promise<void> {
    this.busy = true
    while (this.waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
      const now = this.waiting.splice(0)
      try {
        const renewed = await renewNodes(
          this.pool,
          now.map((one) => one.nodeId),
          this.seconds,
        )
        for (const one of now) one.resolve(renewed.get(one.nodeId) ?? [])
      } catch (error) {
        for (const one of now) one.reject(error)
      }
    }
    this.busy = false
  }
}
