'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import Link from 'next/link'
import { parseAsString, useQueryStates } from 'nuqs'
import { useRef } from 'react'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { ProgressBar } from '../charts/ProgressBar'
import { Header } from '../frame/Header'
import { useShortcut } from '../keys/keys'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { FilterChip } from '../ui/FilterChip'
import { formatLoss } from '../ui/format/loss'
import { formatShare, plural } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { Input } from '../ui/Input'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { State, StateIcon } from '../ui/State'
import { Time } from '../ui/Time'
import { jobLook } from './run-state'
import { SweepSpark } from './SweepSpark'
import { shortName } from './short-name'
import { sweepShares } from './sweep-shares'

const STATES = ['running', 'waiting', 'done', 'failed', 'cancelled'] as const
const head = 'border-b border-line px-2 py-1.5 text-11 font-normal whitespace-nowrap text-ink-3'
const cell = 'border-b border-line px-2 py-2 align-middle'

/** All sweeps, newest first. */
export function SweepsPage() {
  const trpc = useTRPC()
  const [view, setView] = useQueryStates(
    { state: parseAsString.withDefault('all'), q: parseAsString.withDefault('') },
    { history: 'replace', scroll: false },
  )
  const search = useRef<HTMLInputElement>(null)
  useShortcut('/', 'Filter the sweeps', () => search.current?.focus())
  const { data, error, refetch } = useQuery(trpc.sweep.list.queryOptions({ limit: 500 }))
  useRefreshOn((event) => event.jobId !== null, [trpc.sweep.list.queryKey({ limit: 500 })], 1500)
  const all = data?.sweeps ?? []
  const shown = all.filter(
    (sweep) =>
      (view.state === 'all' || sweep.state === view.state) &&
      `${sweep.name} ${sweep.model} ${sweep.dataset}`.toLowerCase().includes(view.q.toLowerCase()),
  )
  return (
    <>
      <Header
        title="Sweeps"
        facts={data ? plural(all.length, 'sweep') : undefined}
        actions={
          <ButtonLink href="/sweeps/new" variant="primary" icon={<Plus size={13} />} shortcut="N">
            New sweep
          </ButtonLink>
        }
      />
      <div className="flex min-h-10 flex-wrap items-center gap-1.5 border-b border-line bg-surface px-4 py-1.5">
        <FilterChip pressed={view.state === 'all'} onClick={() => void setView({ state: 'all' })}>
          All {all.length}
        </FilterChip>
        {STATES.map((state) => {
          const count = all.filter((sweep) => sweep.state === state).length
          return count === 0 ? null : (
            <FilterChip key={state} pressed={view.state === state} onClick={() => void setView({ state })}>
              <StateIcon value={jobLook[state].state} size={12} />
              {jobLook[state].word} {count}
            </FilterChip>
          )
        })}
        <Input
          ref={search}
          aria-label="Filter the sweeps"
          placeholder="Filter by name, model, data"
          value={view.q}
          onChange={(event) => void setView({ q: event.target.value })}
          className="ml-auto !h-6 !w-52 !border-line-2 !text-12"
        />
      </div>
      <ScrollRegion label="Sweeps" className="min-h-0 flex-1 bg-surface">
        {error ? (
          <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>
            {errorSentence(error)}
          </Empty>
        ) : !data ? (
          <Skeleton className="m-4 h-40" />
        ) : all.length === 0 ? (
          <Empty action={<ButtonLink href="/sweeps/new">New sweep</ButtonLink>}>
            No sweep yet. The form says how long one takes and how much memory it needs before it starts.
          </Empty>
        ) : shown.length === 0 ? (
          <Empty
            action={<Button onClick={() => void setView({ state: 'all', q: '' })}>Clear filters</Button>}
          >
            0 of {plural(all.length, 'sweep')} match.
          </Empty>
        ) : (
          <SweepTable sweeps={shown} />
        )}
      </ScrollRegion>
    </>
  )
}

function SweepTable({ sweeps }: { sweeps: readonly SweepSummary[] }) {
  return (
    <table className="w-full border-separate border-spacing-0 text-12">
      <thead className="sticky top-0 z-[1] bg-surface">
        <tr>
          <th scope="col" className={`${head} pl-4 text-left`}>
            Sweep
          </th>
          <th scope="col" className={`${head} text-left`}>
            State
          </th>
          <th scope="col" className={`${head} text-left max-tablet:hidden`}>
            Loss
          </th>
          <th scope="col" className={`${head} w-[20%] text-left max-tablet:hidden`}>
            Progress
          </th>
          <th scope="col" className={`${head} text-right`}>
            Best
          </th>
          <th scope="col" className={`${head} text-right max-desk:hidden`}>
            Saved
          </th>
          <th scope="col" className={`${head} text-right max-desk:hidden`}>
            Policy
          </th>
          <th scope="col" className={`${head} text-right max-desk:hidden`}>
            By
          </th>
          <th scope="col" className={`${head} pr-4 text-right max-tablet:hidden`}>
            Started
          </th>
        </tr>
      </thead>
      <tbody>
        {sweeps.map((sweep) => (
          <tr key={sweep.id} className="relative hover:bg-hover">
            <td className={`${cell} max-w-72 pl-4`}>
              <Link
                href={`/sweeps/${sweep.id}`}
                className="block truncate font-semibold no-underline after:absolute after:inset-0"
              >
                {sweep.name}
              </Link>
              <span className="block truncate text-11 text-ink-3">
                {shortName(sweep.model)} on {shortName(sweep.dataset)}, {sweep.runs.total} {sweep.method}
              </span>
            </td>
            <td className={cell}>
              <State value={jobLook[sweep.state].state}>{jobLook[sweep.state].word}</State>
            </td>
            <td className={`${cell} max-tablet:hidden`}>
              <SweepSpark id={sweep.id} bestRunId={sweep.best?.runId ?? null} name={sweep.name} />
            </td>
            <td className={`${cell} max-tablet:hidden`}>
              <ProgressBar {...sweepShares(sweep)} label={`Progress of ${sweep.name}`} />
            </td>
            <td className={`${cell} text-right tabular-nums`}>
              <span className="block font-semibold">{sweep.best ? formatLoss(sweep.best.valLoss) : '–'}</span>
              <span className="block text-11 text-ink-3">
                {sweep.best ? runLabel(sweep.best.number) : ''}
              </span>
            </td>
            <td className={`${cell} text-right tabular-nums max-desk:hidden`}>
              {sweep.samplesFull > 0 ? formatShare(sweep.samplesSaved / sweep.samplesFull) : '–'}
            </td>
            <td className={`${cell} text-right max-desk:hidden`}>{sweep.policy}</td>
            <td className={`${cell} text-right max-desk:hidden`}>{sweep.createdBy ?? '–'}</td>
            <td className={`${cell} pr-4 text-right whitespace-nowrap max-tablet:hidden`}>
              <Time at={sweep.startedAt ?? sweep.createdAt} day />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
