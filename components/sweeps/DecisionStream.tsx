'use client'

import clsx from 'clsx'
import { ArrowUp } from 'lucide-react'
import { memo, startTransition, useEffect, useMemo, useState } from 'react'
import type { DecisionRow } from '@/server/views/decision-row'
import type { RunRow } from '@/server/views/run-row'
import { Empty } from '../ui/Empty'
import { formatCount } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Select } from '../ui/Select'
import { Time } from '../ui/Time'
import { DecisionCard } from './DecisionCard'
import { DecisionIcon } from './DecisionIcon'
import { decisionTitle } from './decision-title'
import type { RunActions } from './useRunActions'

export const KINDS = [
  { value: 'all', label: 'All kinds' },
  { value: 'stop', label: 'Stops' },
  { value: 'start', label: 'Starts' },
  { value: 'keep', label: 'Passed rungs' },
  { value: 'people', label: 'By people' },
] as const

interface DecisionStreamProps {
  decisions: readonly DecisionRow[]
  runs: readonly RunRow[]
  /** Opened decision, by id. */
  opened: number | null
  onOpen: (decision: DecisionRow | null) => void
  kind: string
  onKind: (kind: string) => void
  actions: RunActions
  onClone: (run: RunRow) => void
}

/** As many as any screen shows; the others are drawn when the page stands. */
const FIRST = 24

const matches = (decision: DecisionRow, kind: string) =>
  kind === 'all' || (kind === 'people' ? decision.actor !== null : decision.kind === kind)

/** What was decided, newest first. While a card is open nothing is pushed above it. */
export const DecisionStream = memo(function DecisionStream(props: DecisionStreamProps) {
  const { decisions, runs, opened, onOpen, kind, onKind } = props
  const [heldFrom, setHeldFrom] = useState<number | null>(null)
  const [scrolled, setScrolled] = useState(false)
  const newest = decisions[0]?.id ?? 0
  const holding = opened !== null || scrolled
  if (holding && heldFrom === null && newest > 0) setHeldFrom(newest)
  if (!holding && heldFrom !== null) setHeldFrom(null)

  const kept = useMemo(() => decisions.filter((decision) => matches(decision, kind)), [decisions, kind])
  const shown =
    heldFrom === null ? kept : kept.filter((decision) => decision.id <= heldFrom || decision.id === opened)
  const newer = kept.length - shown.length
  const [whole, setWhole] = useState(false)
  useEffect(() => startTransition(() => setWhole(true)), [])
  const drawn = whole || opened !== null ? shown : shown.slice(0, FIRST)
  const byId = useMemo(() => new Map(runs.map((run) => [run.id, run])), [runs])

  return (
    <section aria-label="Decisions" className="flex h-full min-h-0 flex-col bg-surface">
      <PaneHead
        title="Decisions"
        sub={`${formatCount(decisions.length)}${decisions.length >= 500 ? ' newest' : ' so far'}`}
        className="border-b border-line"
        actions={
          <Select look="quiet" label="Kinds of decisions" value={kind} onChange={onKind} options={KINDS} />
        }
      />
      {newer > 0 ? (
        <button
          type="button"
          onClick={() => setHeldFrom(newest)}
          className="flex h-7 shrink-0 items-center gap-2 border-b border-line bg-sunken px-4 text-12 hover:bg-hover"
        >
          <ArrowUp size={12} aria-hidden="true" />
          <span className="font-semibold">{formatCount(newer)} newer</span>
          <span className="text-ink-3">
            {opened === null ? 'held while you read' : 'held while a card is open'}
          </span>
        </button>
      ) : null}
      <ScrollRegion label="Stream of decisions" className="min-h-0 flex-1">
        <OnScrollTop onChange={setScrolled} />
        {shown.length === 0 ? (
          <Empty>
            {kind === 'all'
              ? 'Nothing was decided yet. The first runs start as soon as a device is free.'
              : 'No decision of this kind yet.'}
          </Empty>
        ) : (
          <ol>
            {drawn.map((decision) => (
              <li
                key={decision.id}
                className="border-b border-line [contain-intrinsic-height:auto_54px] [content-visibility:auto]"
              >
                {decision.id === opened ? (
                  <div className="px-4 py-3" ref={intoView}>
                    <DecisionCard
                      decision={decision}
                      run={decision.runId ? (byId.get(decision.runId) ?? null) : null}
                      runs={runs}
                      decisions={decisions}
                      actions={props.actions}
                      onClone={props.onClone}
                    />
                  </div>
                ) : (
                  <DecisionItem decision={decision} onOpen={() => onOpen(decision)} />
                )}
              </li>
            ))}
          </ol>
        )}
      </ScrollRegion>
    </section>
  )
})

const intoView = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' })

/** One line about a decision and one of why; a click opens its evidence. */
export function DecisionItem({
  decision,
  onOpen,
  withJob,
}: {
  decision: DecisionRow
  onOpen: () => void
  withJob?: boolean
}) {
  return (
    <button
      type="button"
      onClick={onOpen}
      className={clsx('flex w-full gap-2.5 px-4 py-2 text-left outline-offset-[-2px] hover:bg-hover')}
    >
      <span className="mt-0.5 flex w-3.5 shrink-0 justify-center">
        <DecisionIcon kind={decision.kind} reason={decision.reason} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2 text-12">
          <span className="min-w-0 flex-1 truncate font-550">{decisionTitle(decision)}</span>
          <span className="shrink-0 text-ink-3">
            <Time at={decision.at} />
          </span>
        </span>
        <span className="line-clamp-2 text-12 text-ink-2">
          {withJob && decision.jobName ? (
            <span className="font-550 text-ink">{decision.jobName}. </span>
          ) : null}
          {decision.sentence}
        </span>
      </span>
    </button>
  )
}

/** Tells whether the region around it is scrolled away from its top, without a scroll handler. */
function OnScrollTop({ onChange }: { onChange: (scrolled: boolean) => void }) {
  return (
    <div
      aria-hidden="true"
      className="h-px"
      ref={(element) => {
        if (!element) return
        const observer = new IntersectionObserver(([entry]) =>
          onChange(entry ? !entry.isIntersecting : false),
        )
        observer.observe(element)
        return () => observer.disconnect()
      }}
    />
  )
}
