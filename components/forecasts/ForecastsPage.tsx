'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { jobLook } from '../sweeps/run-state'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { FilterChip } from '../ui/FilterChip'
import { formatShare, plural } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { State } from '../ui/State'
import { Time } from '../ui/Time'
import { useNow } from '../ui/useNow'
import { CalibrationChart } from './CalibrationChart'
import { ForecastChart } from './ForecastChart'

const SHOW = ['all', 'live', 'ended'] as const

/** When each sweep is said to end, what was said before, and how often that held. */
export function ForecastsPage() {
  const trpc = useTRPC()
  const now = useNow()
  const [show, setShow] = useQueryState('show', parseAsStringLiteral(SHOW).withDefault('all'))
  const { data, error, refetch } = useQuery(trpc.forecasts.list.queryOptions())
  useRefreshOn(
    (event) => event.kind === 'forecast' || event.kind === 'sweep',
    [trpc.forecasts.list.queryKey()],
    3000,
  )
  if (error)
    return (
      <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>{errorSentence(error)}</Empty>
    )
  if (!data) return <Skeleton className="m-4 h-40" />
  const { calibration } = data
  const isLive = (sweep: (typeof data.sweeps)[number]) => sweep.endedAt === null
  const counts = {
    all: data.sweeps.length,
    live: data.sweeps.filter(isLive).length,
    ended: data.sweeps.filter((sweep) => !isLive(sweep)).length,
  }
  const known = (sweep: (typeof data.sweeps)[number]) => sweep.history.length > 0 || sweep.end !== null
  const shown = data.sweeps
    .filter((sweep) => show === 'all' || isLive(sweep) === (show === 'live'))
    .sort((a, b) => Number(known(b)) - Number(known(a)))
  return (
    <>
      <Header title="Forecasts" facts="When sweeps end, and how often such forecasts held" />
      <FigureStrip label="How good forecasts were">
        <Figure
          label="Ends inside P10–P90"
          hint="Of one forecast a quarter of each sweep that is done. The interval is a 95% Wilson interval of the share."
          value={calibration ? formatShare(calibration.inside) : '–'}
          beside={
            calibration
              ? `${formatShare(calibration.insideInterval[0])}–${formatShare(calibration.insideInterval[1])}`
              : undefined
          }
          context="80% is right; more is too wide, less too sure"
        />
        <Figure
          label="Ended by P50"
          value={calibration ? formatShare(calibration.early) : '–'}
          context="50% is right; less means ends come late"
        />
        <Figure
          label="Score"
          hint="Mean pinball loss of P10, P50 and P90 over the time that was left when the forecast was made."
          value={calibration ? calibration.score.toFixed(3) : '–'}
          context="0 is perfect"
        />
        <Figure
          label="Forecasts judged"
          value={calibration ? String(calibration.count) : '0'}
          context="one a quarter of each sweep that is done"
        />
      </FigureStrip>
      <div className="flex min-h-0 flex-1 max-desk:flex-col max-desk:overflow-y-auto">
        <ScrollRegion
          label="Forecasts of sweeps"
          className="min-h-0 min-w-0 flex-1 bg-surface max-desk:flex-none"
        >
          <PaneHead
            title="When did we say it would end?"
            sub="by when it was said: band P10–P90, line P50, green the real end"
            actions={SHOW.map((one) => (
              <FilterChip key={one} pressed={show === one} onClick={() => void setShow(one)}>
                {one === 'all' ? 'All' : one === 'live' ? 'Not ended' : 'Ended'} {counts[one]}
              </FilterChip>
            ))}
          />
          {data.sweeps.length === 0 ? (
            <Empty action={<ButtonLink href="/sweeps/new">New sweep</ButtonLink>}>
              No sweep was forecast yet. The first forecast comes with the first plan of a sweep.
            </Empty>
          ) : shown.length === 0 ? (
            <Empty action={<Button onClick={() => void setShow('all')}>Clear filter</Button>}>
              0 of {plural(data.sweeps.length, 'sweep')} match.
            </Empty>
          ) : (
            <div className="grid grid-cols-[repeat(auto-fill,minmax(300px,1fr))] gap-x-6 gap-y-4 px-4 pt-1 pb-5">
              {shown.map((sweep) => (
                <figure key={sweep.id} className="min-w-0">
                  <figcaption className="mb-1 flex items-baseline justify-between gap-2 text-12">
                    <Link
                      href={`/sweeps/${sweep.id}`}
                      className="truncate font-semibold no-underline hover:underline"
                    >
                      {sweep.name}
                    </Link>
                    <span className="flex shrink-0 items-center gap-2 text-ink-2">
                      {sweep.end ? (
                        <span className="tabular-nums">
                          <Time at={sweep.end.p50} />{' '}
                          <span className="text-ink-3">
                            <Time at={sweep.end.p10} />–<Time at={sweep.end.p90} />
                          </span>
                        </span>
                      ) : sweep.endedAt ? (
                        <Time at={sweep.endedAt} day />
                      ) : null}
                      <State value={jobLook[sweep.state].state}>{jobLook[sweep.state].word}</State>
                    </span>
                  </figcaption>
                  {!known(sweep) ? (
                    <p className="flex items-center py-2 text-12 text-ink-2">
                      {sweep.endedAt
                        ? 'It ended before a forecast was made.'
                        : 'It has no forecast yet: the first comes when it is planned.'}
                    </p>
                  ) : now === null ? (
                    <div className="h-[132px]" />
                  ) : (
                    <ForecastChart sweep={sweep} now={now} />
                  )}
                </figure>
              ))}
            </div>
          )}
        </ScrollRegion>
        <aside
          aria-label="Calibration"
          className="w-84 shrink-0 border-l border-line bg-surface max-desk:w-full max-desk:border-t max-desk:border-l-0"
        >
          <PaneHead title="Do forecasts hold?" sub="observed against stated share" />
          <div className="px-4 pb-4">
            {calibration ? (
              <CalibrationChart calibration={calibration} />
            ) : (
              <p className="text-12 text-ink-2">
                No sweep with forecasts has ended yet. The first one that does is judged here.
              </p>
            )}
          </div>
        </aside>
      </div>
    </>
  )
}
