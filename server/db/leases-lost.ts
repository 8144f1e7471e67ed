import type { Pool, PoolClient } from 'pg'
import { type JournalEntry, writeJournal } from './journal'
import { runSubject } from './leases'
import { mayMove } from './may-move'
import { inTransaction } from './transaction'

interface EndedAttempt {
  runId: string
  number: number
  sweepId: string
}

/**
 * Nodes that are away and whose leases have all run out are lost: their attempts end as lost, their runs wait again and
 * their executors are gone, so that the next plan may place the work elsewhere.
 *
 * @param graceSeconds how long a node without any lease may be away
 */
export async function loseNodes(pool: Pool, graceSeconds: number): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `UPDATE "Node" n SET "state" = 'lost' WHERE ${mayMove('Node', 'lost', { of: 'n' })}
         AND n."lastSeenAt" < now() - make_interval(secs => $1)
         AND NOT EXISTS (SELECT 1 FROM "Lease" l WHERE l."nodeId" = n."id" AND l."expiresAt" > now())
       RETURNING n."id"`,
      [graceSeconds],
    )
    const journal: JournalEntry[] = []
    for (const { id } of rows) {
      journal.push({ kind: 'node', nodeId: id, data: { state: 'lost' } })
      await client.query(
        `UPDATE "Executor" SET "state" = 'ended', "endedAt" = now(), "message" = 'Its node was lost.'
         WHERE "nodeId" = $1 AND ${mayMove('Executor', 'ended')}`,
        [id],
      )
      await loseAttempts(client, id, [], journal)
    }
    if (rows.length > 0) await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, journal)
    return rows.length > 0
  })
}

/**
 * After a node has reported everything that it had spooled: what it should have and does not is over. What was granted
 * and not started yet stays, since its commands are sent again.
 *
 * @param has runs that train there, adopted as they are, and executors that live there
 */
export async function reconcileNode(
  pool: Pool,
  nodeId: string,
  has: { runIds: readonly string[]; executorIds: readonly string[] },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const journal: JournalEntry[] = []
    const { rowCount } = await client.query(
      `UPDATE "Executor" SET "state" = 'ended', "endedAt" = now() WHERE "nodeId" = $1
         AND ${mayMove('Executor', 'ended', { from: ['ready', 'ending'] })} AND NOT ("id" = ANY($2))`,
      [nodeId, has.executorIds],
    )
    await loseAttempts(client, nodeId, has.runIds, journal)
    if (journal.length > 0 || rowCount) await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, journal)
  })
}

/** Attempts of a node that end because their place is gone; those that were only granted stay if their executor lives. */
async function loseAttempts(
  client: PoolClient,
  nodeId: string,
  except: readonly string[],
  journal: JournalEntry[],
): Promise<void> {
  const { rows } = await client.query<EndedAttempt>(
    `UPDATE "Attempt" a SET "state" = 'lost', "endedAt" = now(), "endReason" = 'executor-died'
     FROM "Run" r, "Executor" e
     WHERE r."id" = a."runId" AND e."id" = a."executorId" AND a."nodeId" = $1 AND NOT (a."runId" = ANY($2))
       AND (${mayMove('Attempt', 'lost', { from: ['running', 'ending'], of: 'a' })}
         OR ${mayMove('Attempt', 'lost', { from: ['starting'], of: 'a' })} AND e."state" = 'ended')
     RETURNING a."runId", a."number", r."sweepId"`,
    [nodeId, except],
  )
  const runIds = rows.map((row) => row.runId)
  await client.query(
    `UPDATE "Run" SET "state" = 'waiting' WHERE "id" = ANY($1) AND ${mayMove('Run', 'waiting', { from: ['training'] })}`,
    [runIds],
  )
  await client.query('DELETE FROM "Lease" WHERE "subject" = ANY($1)', [runIds.map(runSubject)])
  for (const row of rows)
    journal.push({
      kind: 'run',
      jobId: row.sweepId,
      runId: row.runId,
      data: { event: 'lost', attempt: row.number },
    })
}
