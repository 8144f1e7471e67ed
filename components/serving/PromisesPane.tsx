'use client'

import type { AttainmentSeries } from '@/server/views/serving-attainment'
import { AttainmentChart } from '../charts/attainment/AttainmentChart'
import { Empty } from '../ui/Empty'
import { formatCount } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { Segmented } from '../ui/Segmented'
import { SPANS, type SpanName } from './span'

interface PromisesPaneProps {
  series: readonly AttainmentSeries[]
  from: Date
  to: Date
  span: SpanName
  onSpan: (span: SpanName) => void
}

/** Sizes where a kind has several, else the kind: what a person made a promise about. */
export function classesOf(series: readonly AttainmentSeries[]): AttainmentSeries[] {
  return series.filter(
    (one) =>
      one.target !== null &&
      (one.key.includes(' ') || !series.some((other) => other.key.startsWith(`${one.key} `))),
  )
}

/** Attainment by class against its target. */
export function PromisesPane({ series, from, to, span, onSpan }: PromisesPaneProps) {
  const chosen = SPANS.find((one) => one.value === span) ?? SPANS[0]
  const classes = classesOf(series)
  const hours = chosen.ms / 3_600_000
  return (
    <section aria-label="Do we keep our promises?" className="border-b border-line bg-surface pb-3">
      <PaneHead
        title="Do we keep our promises?"
        sub={`share on time, ${chosen.windows}, 95% interval`}
        actions={<Segmented label="Span of time" value={span} onChange={onSpan} options={SPANS} />}
      />
      {classes.length === 0 ? (
        <Empty>No request ended in this time. The first promise is kept or broken as soon as one does.</Empty>
      ) : (
        <>
          <div className="grid grid-cols-[repeat(auto-fit,minmax(230px,1fr))] gap-x-4 gap-y-2 px-4">
            {classes.map((one) => (
              <figure key={one.key} className="min-w-0">
                <figcaption className="text-12">
                  <span className="font-550">{one.label}</span>{' '}
                  <span className="text-ink-3">
                    {one.whole.total / hours >= 1
                      ? `${formatCount(Math.round(one.whole.total / hours))} an hour`
                      : `${formatCount(one.whole.total)} in all`}
                  </span>
                </figcaption>
                <AttainmentChart
                  label={one.label}
                  target={one.target ?? 1}
                  from={from.getTime()}
                  to={to.getTime()}
                  windows={one.points.map((point) => ({
                    at: (point.from.getTime() + point.to.getTime()) / 2,
                    onTime: point.onTime,
                    total: point.total,
                    low: point.low ?? 0,
                    high: point.high ?? 1,
                  }))}
                />
              </figure>
            ))}
          </div>
          <p className="mt-1 flex flex-wrap gap-x-4 px-4 text-11 text-ink-3">
            <span className="flex items-center gap-1.5">
              <span className="inline-block size-2.5 rounded-full border-2 border-bad" aria-hidden="true" />
              whole interval below the target
            </span>
            <span className="flex items-center gap-1.5">
              <span className="inline-block w-4 border-t border-dashed border-line-3" aria-hidden="true" />
              target
            </span>
          </p>
        </>
      )}
    </section>
  )
}
