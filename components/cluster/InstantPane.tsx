'use client'

import Link from 'next/link'
import { blocksAt, type TimelineBlock } from '../charts/timeline/prepareTimeline'
import { formatDuration } from '../ui/format/duration'
import { plural } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'
import { StopGlyph } from '../ui/StopReason'
import { isStopReason, STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { Time } from '../ui/Time'

interface InstantPaneProps {
  /** Unix milliseconds. */
  at: number
  /** The scrubber follows now. */
  live: boolean
  now: number
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
  /** Why each block was placed, as the plan stored it. */
  whys: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  devices: number
  /** What ran is not known yet. */
  loading: boolean
}

/** The timeline's text form: who was where at one instant, and what was decided before it. */
export function InstantPane({ at, live, now, blocks, exits, whys, devices, loading }: InstantPaneProps) {
  const there = blocksAt(blocks, at, now)
  const busy = new Set(there.flatMap((block) => block.gpuIds)).size
  const before = exits
    .filter((exit) => exit.at.getTime() <= at)
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, 8)
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
        className="border-b border-line"
      />
      <PaneHead
        title={live ? 'Who is where' : 'Who was where'}
        actions={
          <span className="text-12 text-ink-3">
            {busy} of {devices} busy
          </span>
        }
        level={3}
      />
      {there.length === 0 ? (
        <p className="px-4 pb-3 text-12 text-ink-2">{loading ? 'Loading…' : 'No job held a device.'}</p>
      ) : (
        <ul className="pb-2">
          {there.map((block) => {
            const why = whys.get(block.id)?.message
            return (
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
                      {block.name}
                    </Link>
                    <span className="shrink-0 text-ink-3">{plural(block.gpuIds.length, 'device')}</span>
                  </p>
                  <p className="text-ink-2">
                    {block.gpuIds.join(', ')}; since <Time at={block.start} />,{' '}
                    {formatDuration((at - block.start) / 1000)}
                  </p>
                  {typeof why === 'string' ? <p className="text-ink-3">{why}</p> : null}
                </div>
              </li>
            )
          })}
        </ul>
      )}
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
