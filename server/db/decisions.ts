import type { PoolClient } from 'pg'
import type { JournalEntry } from './journal'

export interface NewDecision {
  jobId?: string | null
  runId?: string | null
  nodeId?: string | null
  kind: string
  rule?: string | null
  reason?: string | null
  actorId?: string | null
  /** The sentence that people read. */
  sentence: string
  /** What the rule saw: an `ExitDecision` or a `Why`. */
  seen: unknown
}

/** Stores a decision; the journal entry that tells about it goes into the same transaction. */
export async function decisionRow(
  client: PoolClient,
  decision: NewDecision,
): Promise<{ id: number; entry: JournalEntry }> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO "Decision" ("jobId", "runId", "nodeId", "kind", "rule", "reason", "actorId", "sentence", "seen")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING "id"`,
    [
      decision.jobId ?? null,
      decision.runId ?? null,
      decision.nodeId ?? null,
      decision.kind,
      decision.rule ?? null,
      decision.reason ?? null,
      decision.actorId ?? null,
      decision.sentence,
      JSON.stringify(decision.seen),
    ],
  )
  const id = rows[0]!.id
  const { jobId, runId, nodeId, kind, reason, sentence } = decision
  return {
    id,
    entry: { kind: 'decision', jobId, runId, nodeId, data: { decisionId: id, kind, reason, sentence } },
  }
}
