'use client'

import { ChevronLeft, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { blocksAt, type TimelineBlock } from '../charts/timeline/prepareTimeline'
import { IconButton } from '../ui/Button'
import { formatDuration } from '../ui/format/duration'
import { plural } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'
import { StopGlyph } from '../ui/StopReason'
import { isStopReason, STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { Time } from '../ui/Time'
import { gpuRanges } from './gpu-ranges'
import { MoveList } from './MoveList'
import type { Move } from './moves'

interface InstantPaneProps {
  /** Unix milliseconds. */
  at: number
  /** The scrubber follows now. */
  live: boolean
  now: number
  /** What ran, and what is planned. */
  blocks: readonly TimelineBlock[]
  exits: readonly {
    runId: string
    number: number
    at: Date
    reason: string | null
    decisionId: number | null
    jobId: string
    jobName: string
  }[]
  moves: readonly Move[]
  devices: number
  /** What ran is not known yet. */
  loading: boolean
  /** To the next or previous instant at which something happened. */
  onStep: (direction: 1 | -1) => void
}

/** The timeline's text form: who was, is or will be where at one instant, and what was decided around it. */
export function InstantPane(props: InstantPaneProps) {
  const { at, live, now, blocks, exits, moves, devices, loading } = props
  const ahead = at > now
  const there = blocksAt(blocks, at, now)
  const busy = new Set(there.flatMap((block) => block.gpuIds)).size
  const before = exits
    .filter((exit) => exit.at.getTime() <= at)
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, 6)
  return (
    <>
      <PaneHead
        title={
          live ? (
            'Now'
          ) : (
            <>
              At <Time at={at} seconds />
            </>
          )
        }
        sub={ahead ? 'planned' : undefined}
        className="border-b border-line"
        actions={
          <>
            <IconButton label="Previous move or exit ( [ )" size="small" onClick={() => props.onStep(-1)}>
              <ChevronLeft size={14} />
            </IconButton>
            <IconButton label="Next move or exit ( ] )" size="small" onClick={() => props.onStep(1)}>
              <ChevronRight size={14} />
            </IconButton>
          </>
        }
      />
      <PaneHead
        title={live ? 'Who is where' : ahead ? 'Who will be where' : 'Who was where'}
        actions={
          <span className="text-12 text-ink-3">
            {busy} of {devices} busy
          </span>
        }
        level={3}
      />
      {there.length === 0 ? (
        <p className="px-4 pb-3 text-12 text-ink-2">
          {loading ? 'Loading…' : ahead ? 'Nothing is planned for then.' : 'No job held a device.'}
        </p>
      ) : (
        <ul className="pb-2">
          {there.map((block) => (
            <li key={block.id} className="flex gap-3 px-4 py-1.5 text-12">
              <span
                className="mt-1 size-2.5 shrink-0 rounded-3"
                style={{ background: `var(--series-${block.series})` }}
                aria-hidden="true"
              />
              <div className="min-w-0 flex-1">
                <p className="flex justify-between gap-2">
                  <Link
                    href={`/sweeps/${block.jobId}`}
                    className="truncate font-semibold no-underline hover:underline"
                  >
                    {nameOf(block, blocks)}
                  </Link>
                  <span className="shrink-0 text-ink-3">{plural(block.gpuIds.length, 'device')}</span>
                </p>
                <p className="text-ink-2">
                  {gpuRanges(block.gpuIds)};{' '}
                  {block.planned && block.end !== null ? (
                    <>
                      until about <Time at={block.end} />
                    </>
                  ) : (
                    <>
                      since <Time at={block.start} />, {formatDuration((at - block.start) / 1000)}
                    </>
                  )}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <MoveList moves={moves} at={at} loading={loading} />
      <div className="border-t border-line">
        <PaneHead title="Exits before it" sub="newest first" level={3} />
        {before.length === 0 ? (
          <p className="px-4 pb-3 text-12 text-ink-2">
            {loading ? 'Loading…' : 'No run was stopped in this window before it.'}
          </p>
        ) : (
          <ul className="pb-3">
            {before.map((exit) => (
              <li key={`${exit.runId} ${exit.at.getTime()}`}>
                <Link
                  href={`/sweeps/${exit.jobId}?run=${exit.number}${exit.decisionId ? `&decision=${exit.decisionId}` : ''}`}
                  className="flex items-center gap-2.5 px-4 py-1 text-12 no-underline outline-offset-[-2px] hover:bg-hover"
                >
                  {isStopReason(exit.reason) ? <StopGlyph reason={exit.reason} /> : null}
                  <span className="min-w-0 flex-1 truncate">
                    <span className="font-550">{runLabel(exit.number)}</span> {exit.jobName}
                    {isStopReason(exit.reason)
                      ? `, ${STOP_REASON_LOOKS[exit.reason].label.toLowerCase()}`
                      : ''}
                  </span>
                  <span className="text-ink-3">
                    <Time at={exit.at} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

/** A planned block is labelled with its time; its job's name stands in another block or before the comma. */
function nameOf(block: TimelineBlock, blocks: readonly TimelineBlock[]): string {
  if (!block.planned) return block.name
  const measured = blocks.find((one) => one.jobId === block.jobId && !one.planned)
  return measured?.name ?? block.name.split(',')[0] ?? block.name
}
