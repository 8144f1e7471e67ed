'use client'

import { useQuery } from '@tanstack/react-query'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { FilterChip } from '../ui/FilterChip'
import { formatShare, plural } from '../ui/format/number'
import { Pane, PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { AuditInterval } from './AuditInterval'
import { AuditTable } from './AuditTable'
import { auditSentence, VERDICTS } from './audit-words'

const SHOW = ['all', 'won', 'lost', 'pending', 'none'] as const

/** How many of the audited stops would have won their sweep, with an interval, and each of them. */
export function AuditPage() {
  const trpc = useTRPC()
  const [show, setShow] = useQueryState('verdict', parseAsStringLiteral(SHOW).withDefault('all'))
  const { data, error, refetch } = useQuery(trpc.regret.report.queryOptions())
  useRefreshOn(
    (event) => event.kind === 'evaluation' || event.kind === 'run' || event.kind === 'decision',
    [trpc.regret.report.queryKey()],
    3000,
  )
  if (error)
    return (
      <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>{errorSentence(error)}</Empty>
    )
  if (!data) return <Skeleton className="m-4 h-40" />
  const { pooled, stops } = data
  const shown = stops.filter((stop) => show === 'all' || stop.verdict === show)
  const count = (verdict: (typeof SHOW)[number]) =>
    verdict === 'all' ? stops.length : stops.filter((stop) => stop.verdict === verdict).length
  return (
    <>
      <Header title="Audit" facts="Stops whose runs went on quietly, to see whether they were right" />
      <FigureStrip label="Figures of the audit">
        <Figure
          label="Would have won"
          hint="Audited stops whose run, trained to its end, beat the best that its sweep found without it."
          value={String(pooled.won)}
          beside={`of ${pooled.audited} audited`}
          context="pooled over all sweeps that you may see"
        />
        <Figure
          label="Share of wrong stops"
          value={pooled.audited > 0 ? formatShare(pooled.share) : '–'}
          beside={pooled.audited > 0 ? `${formatShare(pooled.low)}–${formatShare(pooled.high)}` : undefined}
          context="with its 95% interval"
        />
        <Figure
          label="Worst loss by a stop"
          hint="How far the best that the sweep found lies above what the stopped run reached, of the worst of them."
          value={pooled.audited > 0 ? formatShare(pooled.worstExcess) : '–'}
          context="relative to what the run reached"
        />
        <Figure
          label="Still training"
          value={String(pooled.pending)}
          context="on slots that nobody else wants"
        />
      </FigureStrip>
      <ScrollRegion label="Audited stops" className="min-h-0 flex-1 bg-surface">
        <Pane label="Interval" className="border-b border-line">
          <PaneHead title="How often is a stop wrong?" sub={auditSentence(pooled)} />
          <div className="max-w-[760px] px-4 pb-3">
            <AuditInterval pooled={pooled} />
          </div>
        </Pane>
        <PaneHead
          title="Audited stops"
          sub="newest first"
          actions={
            <div className="-my-1 flex min-w-0 gap-1.5 overflow-x-auto py-1 [scrollbar-width:none]">
              {SHOW.filter((one) => one === 'all' || count(one) > 0).map((one) => (
                <FilterChip key={one} pressed={show === one} onClick={() => void setShow(one)}>
                  {one === 'all' ? 'All' : VERDICTS[one].word} {count(one)}
                </FilterChip>
              ))}
            </div>
          }
        />
        {stops.length === 0 ? (
          <Empty action={<ButtonLink href="/sweeps/new">New sweep</ButtonLink>}>
            No stop was audited yet. Choose “Audit stops” in the form, or write audit: 0.05 in the file: then
            5% of the stopped runs go on quietly, and the ranking of the sweep never sees them.
          </Empty>
        ) : shown.length === 0 ? (
          <Empty action={<Button onClick={() => void setShow('all')}>Clear filter</Button>}>
            0 of {plural(stops.length, 'stop')} match.
          </Empty>
        ) : (
          <AuditTable stops={shown} />
        )}
      </ScrollRegion>
    </>
  )
}
