import { z } from 'zod'
import { shapeTimesOf } from '@/engine/serving/shape-times'
import { slackOverTime } from '@/engine/serving/slack-over-time'
import { type RequestInterval, timeSpent } from '@/engine/serving/time-spent'
import { database } from '../db/client'
import { profileRows, timesOfRows } from '../db/serving-profile'
import { shapeOf } from '../db/serving-snapshot'
import { loadRequest, requestRow } from './request-row'

/** One bar of the waterfall. `from` and `to` of denoise are the numbers of its first and last step, from 1. */
export const requestSegment = z.object({
  number: z.number(),
  phase: z.enum(['encode', 'denoise', 'decode']),
  startedAt: z.date(),
  endedAt: z.date(),
  fromStep: z.number(),
  steps: z.number(),
  sp: z.number(),
  batch: z.number(),
  gpuIds: z.array(z.string()),
})

export const requestReceipt = z.object({
  number: z.number(),
  at: z.date(),
  kind: z.string(),
  rule: z.string().nullable(),
  sentence: z.string(),
  seen: z.record(z.string(), z.unknown()),
})

export const requestDetail = z.object({
  request: requestRow,
  segments: z.array(requestSegment),
  /** Newest first. */
  receipts: z.array(requestReceipt),
  /** Between its arrival and its first bar, and between two bars: without GPUs. The last one may last until now. */
  waits: z.array(
    z.object({ kind: z.enum(['queued', 'paused']), from: z.date(), to: z.date(), afterStep: z.number() }),
  ),
  /** Linear between the points; empty where nothing was measured. Negative is late. */
  slack: z.array(z.object({ at: z.date(), slackMs: z.number() })),
  spent: z.object({
    queuedMs: z.number(),
    encodingMs: z.number(),
    denoisingMs: z.number(),
    pausedMs: z.number(),
    switchingMs: z.number(),
    decodingMs: z.number(),
  }),
  webhook: z
    .object({
      url: z.string(),
      attempts: z.number(),
      deliveredAt: z.date().nullable(),
      failedAt: z.date().nullable(),
      lastError: z.string().nullable(),
    })
    .nullable(),
})

export type RequestDetail = z.infer<typeof requestDetail>
type Segment = z.infer<typeof requestSegment>

/** A gap below it is the way of a message, not a wait. */
const GAP_MS = 20

/** A request with where its time went, or `null` where it does not exist. */
export async function loadRequestDetail(id: string): Promise<RequestDetail | null> {
  const { prisma, pool } = database()
  const [request, segments, receipts, stored] = await Promise.all([
    loadRequest(id),
    prisma.requestSegment.findMany({ where: { requestId: id }, orderBy: { number: 'asc' } }),
    prisma.requestReceipt.findMany({ where: { requestId: id }, orderBy: { number: 'desc' }, take: 500 }),
    prisma.request.findUnique({
      where: { id },
      select: {
        webhookUrl: true,
        webhook: true,
        deployment: { select: { switchMs: true, resumeMs: true } },
      },
    }),
  ])
  if (!request || !stored) return null
  const bars = segments.map((one): Segment => ({ ...one, phase: one.phase as Segment['phase'] }))
  const intervals = bars.map(toInterval)
  const untilMs = (request.endedAt ?? new Date()).getTime()
  const arrivalMs = request.createdAt.getTime()
  const times = timesOfRows(await profileRows(pool, request.deploymentId), stored.deployment)
  const shape = shapeTimesOf(times, shapeOf(request))
  const deadlineMs = request.deadlineAt.getTime()
  const slack = shape ? slackOverTime({ shape, steps: request.steps, arrivalMs, deadlineMs }, intervals) : []
  return {
    request,
    segments: bars,
    receipts: receipts.map((one) => ({ ...one, seen: one.seen as Record<string, unknown> })),
    waits: waitsOf(arrivalMs, bars, untilMs),
    slack: slack.map(({ atMs, slackMs }) => ({ at: new Date(atMs), slackMs })),
    spent: timeSpent(arrivalMs, intervals, stored.deployment.switchMs, untilMs),
    webhook: stored.webhookUrl ? { url: stored.webhookUrl, ...(stored.webhook ?? NOT_SENT) } : null,
  }
}

const NOT_SENT = { attempts: 0, deliveredAt: null, failedAt: null, lastError: null }

function toInterval({ startedAt, endedAt, phase, steps, sp }: Segment): RequestInterval {
  return { startMs: startedAt.getTime(), endMs: endedAt.getTime(), phase, steps, sp }
}

function waitsOf(arrivalMs: number, bars: readonly Segment[], untilMs: number): RequestDetail['waits'] {
  const waits: RequestDetail['waits'] = []
  let at = arrivalMs
  let afterStep = 0
  const add = (to: number): void => {
    if (to - at < GAP_MS) return
    waits.push({
      kind: at === arrivalMs ? 'queued' : 'paused',
      from: new Date(at),
      to: new Date(to),
      afterStep,
    })
  }
  for (const bar of bars) {
    add(bar.startedAt.getTime())
    at = bar.endedAt.getTime()
    afterStep = bar.fromStep + bar.steps
  }
  if (bars.at(-1)?.phase !== 'decode') add(untilMs)
  return waits
}
