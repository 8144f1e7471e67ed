import type { Pool } from 'pg'
import { quarantineSweep } from '../server/db/quarantine-sweep'
import { log } from './log'

/** A sweep that breaks this many cycles ends with the sentence of its fault; one failure may be bad luck. */
const MAX_FAULTS = 3

/** Keeps a sweep that planning breaks at from stalling the others: left out at once, ended when it goes on (rule L16). */
export class Quarantine {
  private readonly faults = new Map<string, number>()

  constructor(private readonly pool: Pool) {}

  /** The sweep broke a cycle, which went on without it. */
  async blame(sweepId: string, error: Error): Promise<void> {
    const count = (this.faults.get(sweepId) ?? 0) + 1
    this.faults.set(sweepId, count)
    log.error({ sweepId, error: error.message, stack: error.stack, count }, 'a sweep cannot be planned')
    if (count < MAX_FAULTS) return
    await quarantineSweep(
      this.pool,
      sweepId,
      `Planning this sweep failed ${MAX_FAULTS} times (${error.message}), so it was ended; other sweeps go on. The log of the control plane has the details.`,
    )
    this.faults.delete(sweepId)
  }
}
