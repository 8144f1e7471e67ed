import type { Pool } from 'pg'
import { decisionRow } from './decisions'
import { endFailed } from './fail-sweep'
import { writeJournal } from './journal'
import { inTransaction } from './transaction'

/** Ends a sweep that the control plane cannot plan, whatever it has trained: its runs park what they have. */
export async function quarantineSweep(pool: Pool, sweepId: string, message: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const ended = await endFailed(client, sweepId, message, true)
    if (ended.length === 0) return
    const decision = await decisionRow(client, {
      jobId: sweepId,
      kind: 'stop',
      rule: 'L16',
      sentence: message,
      seen: {},
    })
    await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, [decision.entry, ...ended])
  })
}
