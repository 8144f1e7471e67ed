import { z } from 'zod'
import { type SweepSpec, sweepSpec } from '@/contracts/sweep-spec'
import { database } from '../../db/client'
import { freeName } from '../../sweeps/free-name'
import { onJob } from '../../trpc/procedures'

/** The sweep file of a sweep under a free name, for the form; nothing starts. */
export const cloneSweep = onJob('editor')
  .output(z.object({ spec: z.custom<SweepSpec>() }))
  .query(async ({ ctx, input }) => {
    const { spec } = await database().prisma.sweep.findUniqueOrThrow({ where: { jobId: input.id } })
    const parsed = sweepSpec.parse(spec)
    return { spec: { ...parsed, name: await freeName(ctx.projectId, parsed.name) } }
  })
