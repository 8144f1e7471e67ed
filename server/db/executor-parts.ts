import type { Pool, PoolClient } from 'pg'
import { runEntry } from './apply-plan-run'
import { type JournalEntry, writeJournal } from './journal'
import { mayMove } from './may-move'
import { inTransaction } from './transaction'

/**
 * An executor on several nodes is one row where rank 0 is, which leads, and a part for each other node (rule L26). They
 * end together: parts of a leader that has ended are ended, and a leader that has lost a part is void: its attempts end
 * and its runs wait to be placed again.
 */
export async function bindParts(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    const journal = [...(await endParts(client)), ...(await voidLeaders(client))]
    if (journal.length > 0) await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, journal)
  })
}

/** A part for each node of the executor's GPUs but its own. */
export async function insertParts(client: PoolClient, executorId: string): Promise<void> {
  await client.query(
    `INSERT INTO "Executor" ("id", "nodeId", "jobId", "kind", "model", "gpuIds", "slots", "maxLength", "state", "leaderId")
     SELECT e."id" || '/n' || row_number() OVER (ORDER BY g."nodeId"), g."nodeId", e."jobId", 'part', e."model",
       array_agg(g."id" ORDER BY g."index"), 0, e."maxLength", 'starting', e."id"
     FROM "Executor" e JOIN "Gpu" g ON g."id" = ANY(e."gpuIds") AND g."nodeId" <> e."nodeId"
     WHERE e."id" = $1 GROUP BY e."id", g."nodeId"`,
    [executorId],
  )
}

interface Moved {
  id: string
  jobId: string | null
  nodeId: string
}

async function endParts(client: PoolClient): Promise<JournalEntry[]> {
  const { rows } = await client.query<Moved>(
    `UPDATE "Executor" p SET "state" = 'ending' FROM "Executor" l
     WHERE l."id" = p."leaderId" AND l."state" = 'ended' AND ${mayMove('Executor', 'ending', { of: 'p' })}
     RETURNING p."id", p."jobId", p."nodeId"`,
  )
  return rows.map(ending)
}

async function voidLeaders(client: PoolClient): Promise<JournalEntry[]> {
  const { rows } = await client.query<Moved>(
    `UPDATE "Executor" l SET "state" = 'ending', "message" = 'It lost its ranks on another node.'
     WHERE ${mayMove('Executor', 'ending', { of: 'l' })} AND EXISTS (
       SELECT 1 FROM "Executor" p WHERE p."leaderId" = l."id" AND p."state" = 'ended')
     RETURNING l."id", l."jobId", l."nodeId"`,
  )
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const runs = await client.query<{ id: string; sweepId: string }>(
    `UPDATE "Run" SET "state" = 'waiting' WHERE ${mayMove('Run', 'waiting', { from: ['training'] })} AND "id" IN (
       SELECT "runId" FROM "Attempt" WHERE "executorId" = ANY($1) AND "state" IN ('starting', 'running'))
     RETURNING "id", "sweepId"`,
    [ids],
  )
  await client.query(
    `UPDATE "Attempt" SET "state" = 'ending', "endReason" = coalesce("endReason", 'executor-died')
     WHERE "executorId" = ANY($1) AND ${mayMove('Attempt', 'ending')}`,
    [ids],
  )
  return [
    ...rows.map(ending),
    ...runs.rows.map((run) => runEntry(run.sweepId, run.id, 'waiting', 'preempted')),
  ]
}

const ending = ({ id, jobId, nodeId }: Moved): JournalEntry => ({
  kind: 'executor',
  jobId,
  nodeId,
  data: { executorId: id, state: 'ending' },
})
