'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsInteger, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useEffect, useMemo, useRef } from 'react'
import type { RouterOutputs } from '@/server/routers/app-router'
import type { NodeRow } from '@/server/views/node-row'
import { OverviewBar } from '../charts/timeline/OverviewBar'
import type { TimelineBlock, TimelineNotch } from '../charts/timeline/prepareTimeline'
import { Timeline } from '../charts/timeline/Timeline'
import { useShortcut } from '../keys/keys'
import { useRefreshOn } from '../live/useRefreshOn'
import { useTRPC } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { runLabel } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Segmented } from '../ui/Segmented'
import { isStopReason } from '../ui/stop-reasons'
import { useNow } from '../ui/useNow'
import { InstantPane } from './InstantPane'
import { jobSeries } from './job-series'
import { movesOf, nextInstant } from './moves'
import { deviceSentence } from './node-look'
import { plannedOnTimeline } from './planned-on-timeline'
import { TimelineLegend } from './TimelineLegend'

type Placed = RouterOutputs['cluster']['timeline']['blocks'][number]

const HOUR = 3600_000
const SPANS = { '1h': HOUR, '5h': 5 * HOUR, '1d': 24 * HOUR, '1w': 7 * 24 * HOUR } as const
/** What lies ahead takes this share of the window. */
const AHEAD = 0.35
const STEP = 30_000
const NONE: never[] = []

/** What ran where; the scrubber sets one instant, the pane at the right says what was there. */
export function TimelineTab({ nodes }: { nodes: readonly NodeRow[] }) {
  const trpc = useTRPC()
  const [view, setView] = useQueryStates(
    {
      span: parseAsStringLiteral(['1h', '5h', '1d', '1w']).withDefault('5h'),
      at: parseAsInteger,
      end: parseAsInteger,
    },
    { history: 'replace', scroll: false },
  )
  const now = useNow() ?? nodes.reduce((latest, node) => Math.max(latest, node.lastSeenAt.getTime()), 0)
  const span = SPANS[view.span]
  const now30 = Math.ceil(now / STEP) * STEP
  const to = view.end === null ? now30 + span * AHEAD : view.end * 1000
  const from = to - span
  const input = { from: new Date(from), to: new Date(Math.min(to, now30)) }
  const timeline = useQuery(trpc.cluster.timeline.queryOptions(input, { placeholderData: keepPreviousData }))
  const busy = useQuery(
    trpc.cluster.utilisation.queryOptions(
      { ...input, buckets: 120 },
      { placeholderData: keepPreviousData, staleTime: 20_000 },
    ),
  )
  const day = useMemo(() => ({ from: new Date(now30 - 24 * HOUR), to: new Date(now30) }), [now30])
  const whole = useQuery(
    trpc.cluster.timeline.queryOptions(day, { placeholderData: keepPreviousData, staleTime: 60_000 }),
  )
  useRefreshOn(
    (event) => event.kind === 'sweep' || event.kind === 'decision' || event.kind === 'executor',
    [trpc.cluster.timeline.queryKey(input)],
    3000,
  )
  useShortcut('.', 'Back to now', () => void setView({ at: null, end: null }))

  const series = useMemo(
    () =>
      jobSeries(
        [
          ...(whole.data?.blocks ?? NONE),
          ...(timeline.data?.blocks ?? NONE),
          ...(timeline.data?.planned ?? NONE),
        ].map((block) => block.jobId),
      ),
    [whole.data, timeline.data],
  )
  const toBlock = useMemo(
    () =>
      (block: Placed): TimelineBlock => ({
        id: block.id,
        jobId: block.jobId,
        name: block.jobName,
        nodeId: '',
        gpuIds: block.gpuIds,
        start: block.startedAt.getTime(),
        end: block.endedAt?.getTime() ?? null,
        series: series.get(block.jobId) ?? 1,
        planned: false,
      }),
    [series],
  )
  const blocks = useMemo(() => (timeline.data?.blocks ?? []).map(toBlock), [timeline.data, toBlock])
  const dayBlocks = useMemo(() => (whole.data?.blocks ?? []).map(toBlock), [whole.data, toBlock])
  const planned = useMemo(
    () => plannedOnTimeline(timeline.data?.planned ?? NONE, series, now30),
    [timeline.data, series, now30],
  )
  const drawn = useMemo(() => [...blocks, ...planned], [blocks, planned])
  const notches: TimelineNotch[] = useMemo(
    () =>
      (timeline.data?.blocks ?? []).flatMap((block) =>
        block.exits.flatMap((exit) =>
          isStopReason(exit.reason)
            ? [
                {
                  runId: exit.runId,
                  label: runLabel(exit.number),
                  gpuId: exit.gpuIds[0] ?? block.gpuIds[0] ?? '',
                  at: exit.at.getTime(),
                  reason: exit.reason,
                  series: series.get(block.jobId) ?? 1,
                },
              ]
            : [],
        ),
      ),
    [timeline.data, series],
  )
  const utilisation = useMemo(() => {
    const answer = busy.data
    if (!answer) return new Map()
    const start = answer.from.getTime()
    return new Map(
      answer.series.map((one) => {
        const width = (answer.to.getTime() - start) / Math.max(1, one.utilisation.length)
        return [
          one.gpuId,
          one.utilisation.flatMap((share, index) =>
            share === null ? [] : [{ from: start + index * width, to: start + (index + 1) * width, share }],
          ),
        ]
      }),
    )
  }, [busy.data])
  const timelineNodes = useMemo(
    () =>
      nodes.map((node) => ({
        id: node.id,
        name: node.name,
        facts: `${deviceSentence(node)}${node.scheduling === 'open' ? '' : `, ${node.scheduling}`}`,
        gpus: node.gpus.map((gpu) => ({ id: gpu.id, label: String(gpu.index) })),
      })),
    [nodes],
  )
  const exits = useMemo(
    () =>
      (timeline.data?.blocks ?? NONE).flatMap((block) =>
        block.exits.map((exit) => ({ ...exit, jobId: block.jobId, jobName: block.jobName })),
      ),
    [timeline.data],
  )
  const moves = useMemo(
    () => movesOf(timeline.data?.blocks ?? NONE, timeline.data?.planned ?? NONE),
    [timeline.data],
  )
  const scrub = view.at === null ? null : view.at * 1000
  const region = useRef<HTMLElement>(null)
  const known = timeline.data !== undefined
  useEffect(() => {
    // On a phone the drawing is wider than its pane: now is in sight first.
    const element = region.current
    if (known && element) element.scrollLeft = (element.scrollWidth - element.clientWidth) * 0.8
  }, [known])
  const scrubTo = (at: number | null) => void setView({ at: at === null ? null : Math.round(at / 1000) })
  const stepTo = (direction: 1 | -1) => {
    const instants = [...moves.map((move) => move.at), ...exits.map((exit) => exit.at.getTime())]
    const next = nextInstant(instants, scrub ?? now, direction)
    if (next !== null) scrubTo(next)
  }
  useShortcut('e', 'Next stop on the timeline', () => {
    const stops = exits.map((exit) => exit.at.getTime())
    scrubTo(nextInstant(stops, scrub ?? 0, 1) ?? stops.sort((a, b) => a - b)[0] ?? null)
  })
  useShortcut(']', 'Next move', () => stepTo(1))
  useShortcut('[', 'Previous move', () => stepTo(-1))
  return (
    <div className="flex min-h-0 flex-1 max-desk:flex-col max-desk:overflow-y-auto">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface max-desk:flex-none">
        <PaneHead
          title="What ran where, and what comes next?"
          actions={
            <>
              <Segmented
                label="Window"
                value={view.span}
                onChange={(next) => void setView({ span: next, end: null })}
                options={[
                  { value: '1h', label: '1 h' },
                  { value: '5h', label: '5 h' },
                  { value: '1d', label: '1 d' },
                  { value: '1w', label: '1 w' },
                ]}
              />
              <Button size="small" shortcut="." onClick={() => void setView({ at: null, end: null })}>
                Now
              </Button>
            </>
          }
        />
        <TimelineLegend />
        <ScrollRegion
          ref={region}
          label="Timeline of devices"
          className="min-h-0 flex-1 px-4 max-desk:flex-none"
        >
          <Timeline
            nodes={timelineNodes}
            blocks={drawn}
            notches={notches}
            utilisation={utilisation}
            from={from}
            to={to}
            now={now}
            scrub={scrub}
            onScrub={scrubTo}
            highlighted={null}
          />
          {timeline.data && drawn.length === 0 ? (
            <p className="py-4 text-12 text-ink-2">
              No job held a device in this window and none is planned.{' '}
              <Link href="/sweeps/new" className="underline">
                Start a sweep
              </Link>{' '}
              or look further back below.
            </p>
          ) : null}
        </ScrollRegion>
        <div className="border-t border-line px-4 py-1.5">
          <OverviewBar
            blocks={dayBlocks}
            from={day.from.getTime()}
            to={day.to.getTime() + HOUR}
            now={now}
            window={[from, to]}
            onWindow={(middle) => void setView({ end: Math.round((middle + span / 2) / 1000) })}
            devices={nodes.reduce((sum, node) => sum + node.gpus.length, 0)}
          />
        </div>
      </div>
      <aside
        aria-label="At this instant"
        className="w-84 shrink-0 overflow-y-auto border-l border-line bg-surface max-desk:w-full max-desk:border-t max-desk:border-l-0"
      >
        <InstantPane
          at={scrub ?? now}
          loading={timeline.isPending}
          live={scrub === null}
          now={now}
          blocks={drawn}
          exits={exits}
          moves={moves}
          devices={nodes.reduce((sum, node) => sum + node.gpus.length, 0)}
          onStep={stepTo}
        />
      </aside>
    </div>
  )
}
