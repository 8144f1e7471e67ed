import { z } from 'zod'
import { database } from '../../db/client'
import { onCluster } from '../../trpc/procedures'

const launcherRow = z.object({
  name: z.string(),
  kind: z.string(),
  min: z.number(),
  max: z.number(),
  asked: z.number().nullable(),
  wanted: z.number(),
  why: z.string(),
  error: z.string().nullable(),
  updatedAt: z.date(),
  agents: z.array(
    z.object({ id: z.string(), name: z.string(), state: z.string(), where: z.string().nullable() }),
  ),
})

/** Where agents come from, as the leader last saw it. */
export const listLaunchers = onCluster('viewer')
  .output(z.array(launcherRow))
  .query(async () => {
    const rows = await database().prisma.launcher.findMany({ orderBy: { name: 'asc' } })
    return rows.map((row) => launcherRow.parse(row))
  })
