import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { onRun } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'
import { loadRun, runRow } from '../../views/run-row'

export const getRunOutput = z.object({
  journalId: z.number(),
  run: runRow,
  sweep: z.object({ id: z.string(), name: z.string(), state: z.string(), model: z.string() }),
  attempts: z.array(
    z.object({
      number: z.number(),
      epoch: z.number(),
      state: z.string(),
      nodeId: z.string(),
      nodeName: z.string().nullable(),
      executorId: z.string(),
      fromStep: z.number(),
      endReason: z.string().nullable(),
      message: z.string().nullable(),
      startedAt: z.date(),
      endedAt: z.date().nullable(),
    }),
  ),
  checkpoints: z.array(
    z.object({
      id: z.string(),
      attempt: z.number(),
      step: z.number(),
      samples: z.number(),
      purpose: z.string(),
      bytes: z.number(),
      createdAt: z.date(),
    }),
  ),
})

/** One run with its attempts and the checkpoints that still exist. */
export const getRun = onRun('viewer')
  .output(getRunOutput)
  .query(async ({ input, ctx }) => {
    const { pool, prisma } = database()
    const journalId = await lastJournalId(pool)
    const [run, sweep, attempts, checkpoints, nodes] = await Promise.all([
      loadRun(input.id),
      prisma.sweep.findUniqueOrThrow({
        where: { jobId: ctx.sweepId },
        select: { model: true, job: { select: { id: true, name: true, state: true } } },
      }),
      prisma.attempt.findMany({ where: { runId: input.id }, orderBy: { number: 'asc' } }),
      prisma.checkpoint.findMany({ where: { runId: input.id, deletedAt: null }, orderBy: { step: 'asc' } }),
      prisma.node.findMany({ select: { id: true, name: true } }),
    ])
    if (!run) throw notFound('That run')
    const nodeName = new Map(nodes.map((node) => [node.id, node.name]))
    return {
      journalId,
      run,
      sweep: { ...sweep.job, model: sweep.model },
      attempts: attempts.map((attempt) => ({ ...attempt, nodeName: nodeName.get(attempt.nodeId) ?? null })),
      checkpoints: checkpoints.map((checkpoint) => ({ ...checkpoint, bytes: Number(checkpoint.bytes) })),
    }
  })
