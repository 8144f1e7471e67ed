import type { RequestDetail } from '@/server/views/request-detail'
import type { WaterfallCell, WaterfallRequest } from '../charts/waterfall/prepareWaterfall'

type Segment = RequestDetail['segments'][number]

/**
 * The waterfall of a request in seconds since it came: each denoise bar is cut into its steps, bars in a row on the same
 * GPUs are one group, and what a live one has still to do on its GPUs is drawn as planned.
 *
 * @param now Unix milliseconds; ignored where the request has ended
 */
export function waterfallOf(detail: RequestDetail, now: number): Omit<WaterfallRequest, 'width'> {
  const { request, segments } = detail
  const since = (at: Date | number): number => (Number(at) - request.createdAt.getTime()) / 1000
  const isLive = request.endedAt === null
  const groups: WaterfallRequest['groups'][number][] = []
  let before: Segment | null = null
  for (const bar of segments) {
    if (bar.phase !== 'denoise') continue
    const last = groups.at(-1)
    const width = request.kind === 'video' ? bar.sp : bar.batch
    if (last && before && goesOn(before, bar)) {
      groups[groups.length - 1] = { ...last, to: since(bar.endedAt), lastStep: bar.fromStep + bar.steps }
    } else {
      groups.push({
        from: since(bar.startedAt),
        to: since(bar.endedAt),
        firstStep: bar.fromStep + 1,
        lastStep: bar.fromStep + bar.steps,
        width,
      })
    }
    before = bar
  }
  return {
    cells: [...segments.flatMap((bar) => cellsOf(bar, since)), ...plannedCells(detail, since(now))],
    groups,
    pauses: detail.waits
      .filter((wait) => wait.kind === 'paused')
      .map((wait) => ({ from: since(wait.from), to: since(wait.to) })),
    queuedUntil: detail.waits
      .filter((wait) => wait.kind === 'queued')
      .reduce((last, wait) => Math.max(last, since(wait.to)), 0),
    slack: detail.slack.map((point) => [since(point.at), point.slackMs / 1000] as const),
    deadline: since(request.deadlineAt),
    now: isLive ? since(now) : null,
  }
}

/** Less than 20 ms between two bars is the way of a message, not a wait. */
const goesOn = (before: Segment, bar: Segment): boolean =>
  before.gpuIds.join() === bar.gpuIds.join() &&
  before.batch === bar.batch &&
  bar.startedAt.getTime() - before.endedAt.getTime() < 20

function cellsOf(bar: Segment, since: (at: Date) => number): WaterfallCell[] {
  const from = since(bar.startedAt)
  const units = bar.phase === 'denoise' ? Math.max(1, bar.steps) : 1
  const each = (since(bar.endedAt) - from) / units
  return bar.gpuIds.flatMap((gpu) =>
    Array.from({ length: units }, (_, unit) => ({
      gpu,
      from: from + unit * each,
      to: from + (unit + 1) * each,
      kind: bar.phase === 'denoise' ? ('step' as const) : bar.phase,
    })),
  )
}

function plannedCells({ request }: RequestDetail, now: number): WaterfallCell[] {
  if (request.state !== 'running' || !request.workLeftMs || request.gpuIds.length === 0) return []
  const units = Math.max(1, request.stage === 'decode' ? 1 : request.steps - request.stepsDone)
  const each = request.workLeftMs / 1000 / units
  return request.gpuIds.flatMap((gpu) =>
    Array.from({ length: units }, (_, unit) => ({
      gpu,
      from: now + unit * each,
      to: now + (unit + 1) * each,
      kind: 'planned' as const,
    })),
  )
}
