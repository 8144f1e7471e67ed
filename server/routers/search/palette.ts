import { z } from 'zod'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'
import { visibleProjects } from '../../views/visible-projects'

export const paletteHit = z.object({
  kind: z.enum(['sweep', 'run', 'node', 'dataset']),
  id: z.string(),
  label: z.string(),
  /** What tells it from others of its name: state, sweep, values. */
  detail: z.string(),
  sweepId: z.string().nullable(),
})

const EACH = 8

/** Things whose name contains the words: sweeps, runs (`r07`, or by number), nodes, data sets. */
export const searchPalette = person
  .input(z.strictObject({ text: z.string().trim().min(1).max(80), sweepId: z.string().max(64).optional() }))
  .output(z.array(paletteHit))
  .query(async ({ ctx, input }) => {
    const projectIds = await visibleProjects(ctx.principal)
    const number = /^r?0*(\d{1,6})$/i.exec(input.text)?.[1] ?? null
    const { rows } = await database().pool.query<z.infer<typeof paletteHit>>(
      `(SELECT 'sweep' AS "kind", j."id", j."name" AS "label", j."state"::text AS "detail", NULL AS "sweepId"
        FROM "Job" j WHERE j."kind" = 'sweep' AND j."projectId" = ANY($1) AND position(lower($2) in lower(j."name")) > 0
        ORDER BY j."createdAt" DESC LIMIT $5)
       UNION ALL
       (SELECT 'run', r."id", 'r' || lpad(r."number"::text, 2, '0'), j."name" || ', ' || r."state"::text, j."id"
        FROM "Run" r JOIN "Job" j ON j."id" = r."sweepId"
        WHERE j."projectId" = ANY($1) AND r."number" = $3::int AND ($4::text IS NULL OR j."id" = $4)
        ORDER BY j."createdAt" DESC LIMIT $5)
       UNION ALL
       (SELECT 'node', n."id", n."name", n."state"::text, NULL FROM "Node" n
        WHERE position(lower($2) in lower(n."name")) > 0 ORDER BY n."name" LIMIT $5)
       UNION ALL
       (SELECT 'dataset', d."id", d."name", d."rows"::text || ' rows', NULL FROM "Dataset" d
        WHERE d."projectId" = ANY($1) AND position(lower($2) in lower(d."name")) > 0 ORDER BY d."name" LIMIT $5)`,
      [projectIds, input.text, number, input.sweepId ?? null, EACH],
    )
    return rows
  })
