import type { PoolClient } from 'pg'
import { database } from '../db/client'
import { ringLeader, writeJournal } from '../db/journal'
import { inTransaction } from '../db/transaction'

export interface NewWish {
  kind:
    | 'stop'
    | 'revive'
    | 'pin'
    | 'unpin'
    | 'cancel'
    | 'priority'
    | 'gpus'
    | 'probe'
    | 'drain'
    | 'cordon'
    | 'open'
  /** `run:<id>`, `sweep:<id>`, `deployment:<id>` or `node:<id>`. */
  subject: `${'run' | 'sweep' | 'deployment' | 'node'}:${string}`
  actorId: string
  jobId?: string
  data?: Record<string, unknown>
}

/** Asks the leader for something about running work; it applies wishes in order. Answers the wish's id. */
export async function makeWish(wish: NewWish): Promise<number> {
  return inTransaction(database().pool, (client) => insertWish(client, wish))
}

async function insertWish(client: PoolClient, wish: NewWish): Promise<number> {
  const [scope, id] = wish.subject.split(':') as [string, string]
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO "Wish" ("kind", "subject", "data", "actorId") VALUES ($1, $2, $3, $4) RETURNING "id"`,
    [wish.kind, wish.subject, JSON.stringify(wish.data ?? {}), wish.actorId],
  )
  const wishId = rows[0]!.id
  await writeJournal(client, [
    {
      kind: 'wish',
      jobId: wish.jobId ?? (scope === 'sweep' || scope === 'deployment' ? id : null),
      runId: scope === 'run' ? id : null,
      nodeId: scope === 'node' ? id : null,
      data: { wishId, kind: wish.kind },
    },
  ])
  await ringLeader(client)
  return wishId
}
