import { z } from 'zod'
import { latencyPercentiles } from '@/engine/serving/latency'
import { database } from '../db/client'
import { attainmentView, DECIDED_AT, ON_TIME, shareOf } from './deployment-summary'

const latency = z.object({
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p99: z.number().nullable(),
})

/** How promises were kept in one group of requests. */
export const attainmentSeries = z.object({
  /** `all`, `image`, `video`, `video 96x64`, or the id of a project. */
  key: z.string(),
  label: z.string(),
  /** Share that should be on time; `null` for a group of both kinds. */
  target: z.number().nullable(),
  whole: attainmentView,
  /** From arrival to end; `null` where the percentile is an unfinished request, or there is none. */
  latencyMs: latency,
  /** Equal parts of the span. `below`: the whole interval lies below the target. */
  points: z.array(attainmentView.extend({ from: z.date(), to: z.date(), below: z.boolean() })),
})

export type AttainmentSeries = z.infer<typeof attainmentSeries>

interface Decided {
  kind: 'image' | 'video'
  size: string
  projectId: string
  projectName: string
  decidedMs: number
  onTime: boolean
  arrivalMs: number
  finishedMs: number | null
}

/** More than these are not drawn: the newest count. */
const MOST_ROWS = 100_000

export interface Span {
  from: Date
  to: Date
  buckets: number
}

/** Attainment of a deployment over time: of all, of each class, and of each project. */
export async function loadAttainment(
  deploymentId: string,
  span: Span,
  targets: { image: number; video: number },
  projectIds: readonly string[],
): Promise<AttainmentSeries[]> {
  const { rows } = await database().pool.query<Decided>(
    `SELECT * FROM (
       SELECT r."kind", r."width" || 'x' || r."height" AS "size", r."projectId",
         CASE WHEN r."projectId" = ANY($5) THEN p."name" ELSE 'Another project' END AS "projectName",
         extract(epoch FROM ${DECIDED_AT})::float8 * 1000 AS "decidedMs", ${ON_TIME} AS "onTime",
         extract(epoch FROM r."createdAt")::float8 * 1000 AS "arrivalMs",
         CASE WHEN r."state" = 'done' THEN extract(epoch FROM r."endedAt")::float8 * 1000 END AS "finishedMs"
       FROM "Request" r JOIN "Project" p ON p."id" = r."projectId"
       WHERE r."deploymentId" = $1 AND r."createdAt" > $2::timestamptz - interval '1 day' AND r."createdAt" < $3) d
     WHERE d."decidedMs" >= extract(epoch FROM $2::timestamptz) * 1000 AND d."decidedMs" < extract(epoch FROM $3::timestamptz) * 1000
     ORDER BY d."decidedMs" DESC LIMIT $4`,
    [deploymentId, span.from, span.to, MOST_ROWS, projectIds],
  )
  const series = [seriesOf('all', 'All', null, rows, span)]
  for (const kind of ['image', 'video'] as const) {
    const ofKind = rows.filter((row) => row.kind === kind)
    if (ofKind.length === 0) continue
    const label = kind === 'image' ? 'Images' : 'Videos'
    series.push(seriesOf(kind, label, targets[kind], ofKind, span))
    const sizes = [...new Set(ofKind.map((row) => row.size))].sort(byPixels)
    if (sizes.length > 1)
      for (const size of sizes)
        series.push(
          seriesOf(
            `${kind} ${size}`,
            `${size} ${kind}s`,
            targets[kind],
            ofKind.filter((row) => row.size === size),
            span,
          ),
        )
  }
  const projects = new Map(rows.map((row) => [row.projectId, row.projectName]))
  if (projects.size > 1)
    for (const [id, name] of [...projects].sort())
      series.push(
        seriesOf(
          id,
          name,
          null,
          rows.filter((row) => row.projectId === id),
          span,
        ),
      )
  return series
}

function byPixels(a: string, b: string): number {
  const pixels = (size: string) => size.split('x').reduce((product, side) => product * Number(side), 1)
  return pixels(a) - pixels(b)
}

function seriesOf(
  key: string,
  label: string,
  target: number | null,
  rows: readonly Decided[],
  { from, to, buckets }: Span,
): AttainmentSeries {
  const width = (to.getTime() - from.getTime()) / buckets
  const counts = Array.from({ length: buckets }, () => ({ onTime: 0, total: 0 }))
  for (const row of rows) {
    const cell = counts[Math.min(buckets - 1, Math.floor((row.decidedMs - from.getTime()) / width))]
    if (!cell) continue
    cell.total++
    if (row.onTime) cell.onTime++
  }
  const onTime = rows.filter((row) => row.onTime).length
  return {
    key,
    label,
    target,
    whole: shareOf(onTime, rows.length),
    latencyMs: latencyPercentiles(rows),
    points: counts.map((cell, index) => {
      const share = shareOf(cell.onTime, cell.total)
      return {
        ...share,
        from: new Date(from.getTime() + index * width),
        to: new Date(from.getTime() + (index + 1) * width),
        below: target !== null && share.high !== null && share.high < target,
      }
    }),
  }
}
