import { z } from 'zod'
import { database } from '../db/client'

/** A decision as it was stored: pages show it and compute nothing. */
export const decisionRow = z.object({
  id: z.number(),
  at: z.date(),
  kind: z.string(),
  rule: z.string().nullable(),
  reason: z.string().nullable(),
  sentence: z.string(),
  jobId: z.string().nullable(),
  jobName: z.string().nullable(),
  runId: z.string().nullable(),
  runNumber: z.number().nullable(),
  nodeId: z.string().nullable(),
  nodeName: z.string().nullable(),
  /** Name of the person who decided, where one did. */
  actor: z.string().nullable(),
  /** What the rule saw (engine `ExitDecision`, or `Why`). */
  seen: z.record(z.string(), z.unknown()),
})

export type DecisionRow = z.infer<typeof decisionRow>

const COLUMNS = `d."id", d."at", d."kind", d."rule", d."reason", d."sentence", d."jobId", j."name" AS "jobName",
    d."runId", r."number" AS "runNumber", d."nodeId", n."name" AS "nodeName", u."name" AS "actor"`
const FROM = `
  FROM "Decision" d LEFT JOIN "Job" j ON j."id" = d."jobId" LEFT JOIN "Run" r ON r."id" = d."runId"
  LEFT JOIN "Node" n ON n."id" = d."nodeId" LEFT JOIN "User" u ON u."id" = d."actorId"`

export interface DecisionFilter {
  projectIds: readonly string[]
  jobId?: string
  runId?: string
  kinds?: readonly string[]
  reasons?: readonly string[]
  /** Older than this id. */
  before?: number
  /** False leaves the peers out of what was seen: they are most of its size. */
  peers: boolean
  limit: number
}

/** Newest first. Decisions about nodes alone belong to everyone. */
export async function loadDecisions(filter: DecisionFilter): Promise<DecisionRow[]> {
  const { rows } = await database().pool.query<DecisionRow>(
    `SELECT ${COLUMNS}, ${filter.peers ? 'd."seen"' : `d."seen" - 'peers' AS "seen"`} ${FROM} WHERE (d."jobId" IS NULL OR j."projectId" = ANY($1))
       AND ($2::text IS NULL OR d."jobId" = $2) AND ($3::text IS NULL OR d."runId" = $3)
       AND ($4::text[] IS NULL OR d."kind" = ANY($4)) AND ($5::text[] IS NULL OR d."reason" = ANY($5))
       AND ($6::bigint IS NULL OR d."id" < $6)
     ORDER BY d."id" DESC LIMIT $7`,
    [
      filter.projectIds,
      filter.jobId ?? null,
      filter.runId ?? null,
      filter.kinds ?? null,
      filter.reasons ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  )
  return rows
}

export async function loadDecision(id: number): Promise<(DecisionRow & { projectId: string | null }) | null> {
  const { rows } = await database().pool.query<DecisionRow & { projectId: string | null }>(
    `SELECT j."projectId", ${COLUMNS}, d."seen" ${FROM} WHERE d."id" = $1`,
    [id],
  )
  return rows[0] ?? null
}
