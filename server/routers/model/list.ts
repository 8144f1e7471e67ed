import { z } from 'zod'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'
import { visibleProjects } from '../../views/visible-projects'

/** Models that come with Alto; agents make them on first use. */
const BUILT_IN = [{ id: 'builtin/tiny-llama', summary: 'Llama architecture, small enough for two CPU cores' }]

/** Built-in models and those that sweeps of the person's projects used, most used first. */
export const listModels = person
  .output(z.array(z.object({ id: z.string(), summary: z.string().nullable(), sweeps: z.number() })))
  .query(async ({ ctx }) => {
    const projectIds = await visibleProjects(ctx.principal)
    const { rows } = await database().pool.query<{ model: string; sweeps: number }>(
      `SELECT s."model", count(*) AS "sweeps" FROM "Sweep" s JOIN "Job" j ON j."id" = s."jobId"
       WHERE j."projectId" = ANY($1) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200`,
      [projectIds],
    )
    const used = new Map(rows.map((row) => [row.model, row.sweeps]))
    return [
      ...BUILT_IN.map((model) => ({ ...model, sweeps: used.get(model.id) ?? 0 })),
      ...rows
        .filter((row) => !BUILT_IN.some((model) => model.id === row.model))
        .map((row) => ({ id: row.model, summary: null, sweeps: row.sweeps })),
    ]
  })
