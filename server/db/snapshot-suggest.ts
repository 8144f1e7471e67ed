import { nanoid } from 'nanoid'
import type { Pool } from 'pg'
import type { SearchSpace } from '../../contracts/sweep-spec'
import { ringLeader, writeJournal } from './journal'
import { inTransaction } from './transaction'

/** A sweep whose configurations are suggested as it goes. */
export interface Searching {
  id: string
  space: SearchSpace
  seed: number
  /** Runs that it shall have in all, and has. */
  wanted: number
  created: number
  waiting: number
  /** Ended runs in the order of their ends. */
  told: { params: Record<string, unknown>; value: number | null }[]
  pending: Record<string, unknown>[]
}

/** Sweeps that still want configurations from a sampler that learns. */
export async function searchingSweeps(pool: Pool): Promise<Searching[]> {
  const { rows } = await pool.query<Searching>(
    `SELECT j."id", s."spec"->'parameters' AS "space", (s."spec"->>'seed')::int AS "seed",
       (s."spec"->>'runs')::int AS "wanted", count(r."id") AS "created",
       count(r."id") FILTER (WHERE r."state" = 'waiting') AS "waiting",
       coalesce(json_agg(json_build_object('params', r."params", 'value', r."bestValLoss")
         ORDER BY coalesce(r."endedAt", r."createdAt"), r."number")
         FILTER (WHERE r."state" IN ('parked', 'done', 'failed')), '[]') AS "told",
       coalesce(json_agg(r."params" ORDER BY r."number") FILTER (WHERE r."state" IN ('waiting', 'training')), '[]')
         AS "pending"
     FROM "Job" j JOIN "Sweep" s ON s."jobId" = j."id" LEFT JOIN "Run" r ON r."sweepId" = j."id" AND r."clonedFromId" IS NULL
     WHERE j."state" IN ('waiting', 'running') AND s."method" = 'tpe'
       AND NOT EXISTS (SELECT 1 FROM "Wish" w WHERE w."kind" = 'cancel' AND w."subject" = 'sweep:' || j."id"
         AND w."appliedAt" IS NULL)
     GROUP BY j."id", s."jobId" HAVING count(r."id") < (s."spec"->>'runs')::int`,
  )
  return rows
}

/** Adds suggested runs, where the sweep still has as many as when it asked. No suggestions: the space is used up. */
export async function addRuns(
  pool: Pool,
  sweepId: string,
  created: number,
  params: readonly Record<string, unknown>[],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ created: number; last: number }>(
      `SELECT (SELECT count(*) FROM "Run" WHERE "sweepId" = $1 AND "clonedFromId" IS NULL) AS "created",
         (SELECT coalesce(max("number"), 0) FROM "Run" WHERE "sweepId" = $1) AS "last"
       FROM "Sweep" WHERE "jobId" = $1 FOR UPDATE`,
      [sweepId],
    )
    if (rows[0]?.created !== created) return
    const last = rows[0].last
    if (params.length === 0)
      await client.query(
        `UPDATE "Sweep" SET "spec" = jsonb_set("spec", '{runs}', to_jsonb($2::int)) WHERE "jobId" = $1`,
        [sweepId, created],
      )
    await client.query(
      `INSERT INTO "Run" ("id", "sweepId", "number", "params", "totalSteps", "fullSamples")
       SELECT p.id, $1, p.number, p.params, t.steps, t.steps * (p.params->>'batch_size')::int
       FROM unnest($2::text[], $3::int[], $4::jsonb[]) AS p(id, number, params)
       JOIN "Sweep" s ON s."jobId" = $1
       CROSS JOIN LATERAL (SELECT coalesce((s."spec"->>'max_steps')::int,
         greatest(1, ceil(s."epochs" * s."trainSamples" / (p.params->>'batch_size')::int)::int)) AS steps) t`,
      [
        sweepId,
        params.map(() => nanoid(12)),
        params.map((_, i) => last + i + 1),
        params.map((one) => JSON.stringify(one)),
      ],
    )
    await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, [{ kind: 'runs', jobId: sweepId, data: { added: params.length } }])
    await ringLeader(client)
  })
}
