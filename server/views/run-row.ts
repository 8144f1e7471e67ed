import { z } from 'zod'
import { STOP_REASONS } from '@/engine/model/reasons'
import { database } from '../db/client'

export const runRow = z.object({
  id: z.string(),
  sweepId: z.string(),
  /** 1-based; people see r07. */
  number: z.number(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.string())])),
  state: z.enum(['waiting', 'training', 'parked', 'done', 'failed']),
  stopReason: z.enum(STOP_REASONS).nullable(),
  stopDecisionId: z.number().nullable(),
  totalSteps: z.number().nullable(),
  fullSamples: z.number().nullable(),
  step: z.number(),
  samples: z.number(),
  bestValLoss: z.number().nullable(),
  bestStep: z.number().nullable(),
  lastValLoss: z.number().nullable(),
  lastTrainLoss: z.number().nullable(),
  pinned: z.boolean(),
  exemptRules: z.array(z.string()),
  audited: z.boolean(),
  error: z.string().nullable(),
  parkedUntil: z.date().nullable(),
  clonedFromId: z.string().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
})

export type RunRow = z.infer<typeof runRow>

const COLUMNS = Object.keys(runRow.shape)
  .map((name) => `"${name}"`)
  .join(', ')

/** All runs of a sweep in order of their number. */
export async function loadRuns(sweepId: string): Promise<RunRow[]> {
  const { rows } = await database().pool.query<RunRow>(
    `SELECT ${COLUMNS} FROM "Run" WHERE "sweepId" = $1 ORDER BY "number"`,
    [sweepId],
  )
  return rows
}

export async function loadRun(id: string): Promise<RunRow | null> {
  const { rows } = await database().pool.query<RunRow>(`SELECT ${COLUMNS} FROM "Run" WHERE "id" = $1`, [id])
  return rows[0] ?? null
}
