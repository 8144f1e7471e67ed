import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { profileRows } from '../../db/serving-profile'
import { onDeployment } from '../../trpc/procedures'
import { deploymentSummary, loadDeployment } from '../../views/deployment-summary'

/** Measured times of one shape in one mode, and over how many units. */
export const profileRow = z.object({
  kind: z.enum(['image', 'video']),
  width: z.number(),
  height: z.number(),
  frames: z.number(),
  batch: z.number(),
  sp: z.number(),
  stepMs: z.number().nullable(),
  encodeMs: z.number().nullable(),
  decodeMs: z.number().nullable(),
  steps: z.number(),
  encodes: z.number(),
  decodes: z.number(),
})

export const getDeploymentOutput = z.object({
  journalId: z.number(),
  deployment: deploymentSummary,
  profile: z.array(profileRow),
  /** Costs of going on at another SP degree, and after a pause. */
  switchMs: z.number(),
  resumeMs: z.number(),
  executors: z.array(
    z.object({
      id: z.string(),
      nodeId: z.string(),
      gpuIds: z.array(z.string()),
      state: z.string(),
      message: z.string().nullable(),
      startedAt: z.date(),
      endedAt: z.date().nullable(),
    }),
  ),
})

/** One deployment with its profile and its newest executors. */
export const getDeployment = onDeployment('viewer')
  .output(getDeploymentOutput)
  .query(async ({ input }) => {
    const { pool, prisma } = database()
    const journalId = await lastJournalId(pool)
    const [deployment, profile, costs, executors] = await Promise.all([
      loadDeployment(input.id),
      profileRows(pool, input.id),
      prisma.deployment.findUniqueOrThrow({
        where: { jobId: input.id },
        select: { switchMs: true, resumeMs: true },
      }),
      prisma.executor.findMany({
        where: { jobId: input.id },
        orderBy: { startedAt: 'desc' },
        take: 16,
        select: {
          id: true,
          nodeId: true,
          gpuIds: true,
          state: true,
          message: true,
          startedAt: true,
          endedAt: true,
        },
      }),
    ])
    return { journalId, deployment: deployment!, profile, ...costs, executors }
  })
