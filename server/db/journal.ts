import type { Pool, PoolClient } from 'pg'

/** Facts were written to the journal: whoever shows something live reads on from the last id that it saw. */
export const JOURNAL_CHANNEL = 'alto_journal'
/** Something was asked of the leader (a sweep, a wish, a question): it looks now instead of at its next poll. */
export const WORK_CHANNEL = 'alto_work'

/** Any constant: whoever writes the journal holds this lock until commit, so ids become visible in their order. */
const JOURNAL_LOCK = 7_412_001

export interface JournalEntry {
  /** See docs/spec/journal.md. */
  kind: string
  jobId?: string | null
  runId?: string | null
  nodeId?: string | null
  data?: unknown
}

export interface JournalRow {
  id: number
  at: Date
  kind: string
  jobId: string | null
  runId: string | null
  nodeId: string | null
  data: unknown
}

/**
 * Appends facts to the journal and rings the doorbell once, as the last statements of a transaction: a reader that saw
 * an id has seen every lower one. Without entries it does nothing.
 */
export async function writeJournal(client: PoolClient, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return
  await client.query('SELECT pg_advisory_xact_lock($1)', [JOURNAL_LOCK])
  await client.query(
    `INSERT INTO "Journal" ("kind", "jobId", "runId", "nodeId", "data")
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])`,
    [
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.jobId ?? null),
      entries.map((entry) => entry.runId ?? null),
      entries.map((entry) => entry.nodeId ?? null),
      entries.map((entry) => JSON.stringify(entry.data ?? {})),
    ],
  )
  await client.query(`NOTIFY ${JOURNAL_CHANNEL}`)
}

/** Rings the leader's doorbell; as the last statement of the transaction that wrote what it should see. */
export async function ringLeader(client: Pool | PoolClient): Promise<void> {
  await client.query(`NOTIFY ${WORK_CHANNEL}`)
}

/** Facts after `id`, oldest first; of one job where one is named. */
export async function readJournal(
  pool: Pool,
  after: number,
  options: { jobId?: string; limit?: number } = {},
): Promise<JournalRow[]> {
  const { rows } = await pool.query<JournalRow>(
    `SELECT "id", "at", "kind", "jobId", "runId", "nodeId", "data" FROM "Journal"
     WHERE "id" > $1 AND ($2::text IS NULL OR "jobId" = $2) ORDER BY "id" LIMIT $3`,
    [after, options.jobId ?? null, options.limit ?? 1000],
  )
  return rows
}

/** The newest id, which the data of a query made now reflect; 0 before the first. */
export async function lastJournalId(pool: Pool | PoolClient): Promise<number> {
  const { rows } = await pool.query<{ id: number }>('SELECT coalesce(max("id"), 0) AS "id" FROM "Journal"')
  return rows[0]?.id ?? 0
}

/** Deletes metric points older than `seconds` from the journal; they stay in `Metric`. */
export async function trimJournal(pool: Pool, seconds: number): Promise<void> {
  await pool.query(
    `DELETE FROM "Journal" WHERE "kind" IN ('metrics', 'devices') AND "at" < now() - make_interval(secs => $1)`,
    [seconds],
  )
}
