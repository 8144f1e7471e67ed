import { z } from 'zod'
import { database } from '../../db/client'
import { UPLOAD_PREFIX } from '../../sweeps/dataset-reference'
import { inProject } from '../../trpc/procedures'

/** Generated tasks that every agent knows (agent: tuning/data/builtin). */
const BUILT_IN = [
  { name: 'arithmetic', summary: 'Sums and differences' },
  { name: 'sorting', summary: 'Sort a short list' },
  { name: 'reverse', summary: 'Reverse a word' },
  { name: 'sql', summary: 'A question to a small SQL query' },
  { name: 'sentiment', summary: 'Sentiment by rule' },
  { name: 'dates', summary: 'Dates into one format' },
  { name: 'tools', summary: 'Requests to tool calls' },
  { name: 'facts', summary: 'Questions about invented facts' },
]

const datasetEntry = z.object({
  /** What a sweep file says. */
  reference: z.string(),
  kind: z.enum(['builtin', 'upload']),
  name: z.string(),
  summary: z.string().nullable(),
  /** For uploads. */
  id: z.string().nullable(),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  createdAt: z.date().nullable(),
})

/** Built-in data sets, then the uploads of the project, newest first. */
export const listDatasets = inProject('viewer')
  .output(z.array(datasetEntry))
  .query(async ({ ctx }) => {
    const uploads = await database().prisma.dataset.findMany({
      where: { projectId: ctx.projectId },
      orderBy: { createdAt: 'desc' },
    })
    return [
      ...BUILT_IN.map(({ name, summary }) => ({
        reference: `builtin/${name}`,
        kind: 'builtin' as const,
        name,
        summary,
        id: null,
        rows: null,
        bytes: null,
        createdAt: null,
      })),
      ...uploads.map((upload) => ({
        reference: `${UPLOAD_PREFIX}${upload.name}`,
        kind: 'upload' as const,
        name: upload.name,
        summary: null,
        id: upload.id,
        rows: upload.rows,
        bytes: Number(upload.bytes),
        createdAt: upload.createdAt,
      })),
    ]
  })
