import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { database } from '../db/client'
import { ringLeader } from '../db/journal'

export type AgentQuestion =
  | { kind: 'preview-dataset'; model: string; dataset: string; maxLength: number }
  | { kind: 'describe-model'; model: string }
  | { kind: 'describe-pipeline'; model: string }
  | { kind: 'export-adapter'; runId: string; checkpoint: string; model: string }

export type AgentAnswer =
  | { ok: true; result: unknown }
  | { ok: false; error: { field: string | null; message: string } }
  /** No agent is connected, or none answered in time. */
  | { ok: 'unanswered' }

const POLL_MS = 60
/** A node that nobody heard of for so long is not asked, whatever its row says: whoever keeps that may be away too. */
const HEARD_WITHIN_MS = 120_000

/** Asks an agent through the control plane, and waits for the row to be answered. */
export async function askAgent(question: AgentQuestion, timeoutMs: number): Promise<AgentAnswer> {
  const { pool, prisma } = database()
  const heardSince = new Date(Date.now() - HEARD_WITHIN_MS)
  const there = await prisma.node.count({ where: { state: 'alive', lastSeenAt: { gt: heardSince } } })
  if (there === 0) return { ok: 'unanswered' }
  const id = randomUUID()
  await prisma.question.create({ data: { id, data: question } })
  await ringLeader(pool)
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    const row = await prisma.question.findUnique({
      where: { id },
      select: { answer: true, error: true, answeredAt: true },
    })
    if (row?.error) return { ok: false, error: row.error as { field: string | null; message: string } }
    if (row?.answeredAt) return { ok: true, result: row.answer }
    await wait(POLL_MS)
  }
  return { ok: 'unanswered' }
}
