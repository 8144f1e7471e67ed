import type { Pool } from 'pg'
import { type Question, question } from '../../contracts/agent-commands'
import type { QueryReply } from '../../contracts/agent-events'

export interface OpenQuestion {
  id: string
  question: Question
  /** Only this node can answer, where one is named. */
  nodeId: string | null
  ageSeconds: number
}

/** Questions that no agent was asked yet. What is no question at all is answered with a sentence. */
export async function openQuestions(pool: Pool): Promise<OpenQuestion[]> {
  const { rows } = await pool.query<{ id: string; data: unknown; nodeId: string | null; ageSeconds: number }>(
    `SELECT "id", "data", "nodeId", extract(epoch FROM now() - "createdAt")::float8 AS "ageSeconds"
     FROM "Question" WHERE "state" = 'open' ORDER BY "createdAt" LIMIT 100`,
  )
  const open: OpenQuestion[] = []
  for (const { data, ...row } of rows) {
    const parsed = question.safeParse(data)
    if (parsed.success) open.push({ ...row, question: parsed.data })
    else await refuseQuestion(pool, row.id, 'This question is not one that agents can answer.')
  }
  return open
}

export async function markAsked(pool: Pool, id: string): Promise<void> {
  await pool.query(`UPDATE "Question" SET "state" = 'asked' WHERE "id" = $1`, [id])
}

/** Asked of somebody who is gone: asked again. Without ids, all of them: a leader that starts knows of none. */
export async function reopenQuestions(pool: Pool, ids?: readonly string[]): Promise<void> {
  await pool.query(
    `UPDATE "Question" SET "state" = 'open' WHERE "state" = 'asked' AND ($1::text[] IS NULL OR "id" = ANY($1))`,
    [ids ?? null],
  )
}

export async function answerQuestion(pool: Pool, reply: QueryReply): Promise<void> {
  await pool.query(
    `UPDATE "Question" SET "state" = 'answered', "answer" = $2, "error" = $3, "answeredAt" = now()
     WHERE "id" = $1 AND "state" <> 'answered'`,
    [
      reply.queryId,
      reply.ok ? JSON.stringify(reply.result ?? null) : null,
      reply.error ? JSON.stringify(reply.error) : null,
    ],
  )
}

export async function refuseQuestion(pool: Pool, id: string, message: string): Promise<void> {
  await answerQuestion(pool, { type: 'reply', queryId: id, ok: false, error: { field: null, message } })
}

/** Answers are read within seconds; a day later nobody asks for them. */
export async function trimQuestions(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM "Question" WHERE "createdAt" < now() - interval '1 day'`)
}
