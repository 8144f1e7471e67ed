'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { Header } from '../frame/Header'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { formatShare, plural } from '../ui/format/number'
import { Pane, PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { LabMultiples } from './LabMultiples'
import { PolicyForm } from './PolicyForm'
import { formatExcess } from './prepareLab'
import { useLabView } from './useLabView'

/** What the defaults of `adaptive` do against what the proposal would have done, over recorded sweeps. */
export function RuleLabPage() {
  const trpc = useTRPC()
  const [view, setView] = useLabView()
  const asked = useDeferredValue(view)
  const { data: policies } = useQuery(trpc.policy.list.queryOptions())
  const slots = view.slots ?? undefined
  const now = useQuery({
    ...trpc.lab.replay.queryOptions({ policy: 'adaptive', params: {}, slots }),
    placeholderData: keepPreviousData,
  })
  const proposed = useQuery({
    ...trpc.lab.replay.queryOptions({
      policy: asked.policy,
      params: asked.set,
      slots: asked.slots ?? undefined,
    }),
    placeholderData: keepPreviousData,
  })
  const policy = policies?.find(({ name }) => name === view.policy)
  const count = proposed.data?.sweeps.length ?? 0
  const pair = (figure: (result: NonNullable<typeof proposed.data>) => string) => ({
    value: proposed.data ? figure(proposed.data) : '–',
    beside: now.data ? `now ${figure(now.data)}` : undefined,
  })
  return (
    <>
      <Header title="Rule lab" facts="Move a policy's parameters and see what it would have done" />
      <FigureStrip label="Effect of the proposal, against adaptive with its defaults">
        <Figure
          label="Samples saved, mean"
          {...pair((result) => formatShare(result.saved))}
          context={`over ${plural(count, 'recorded sweep')}`}
        />
        <Figure
          label="Excess loss, mean"
          {...pair((result) => formatExcess(result.meanExcess))}
          context="best found over best of the full sweep"
        />
        <Figure
          label="Excess loss, worst"
          {...pair((result) => formatExcess(result.worstExcess))}
          context="differences below 0.3% mean nothing"
        />
        <Figure
          label="Winners lost"
          {...pair((result) => `${result.winnersLost}`)}
          context={`of ${count}, replayed and not trained again`}
        />
      </FigureStrip>
      <div className="flex min-h-0 flex-1 max-desk:flex-col max-desk:overflow-y-auto">
        <Pane
          label="Proposal"
          className="w-[340px] shrink-0 overflow-y-auto border-r border-line max-desk:w-full max-desk:border-r-0 max-desk:border-b"
        >
          {policies && policy ? (
            <PolicyForm
              policies={policies}
              policy={policy}
              changed={view.set}
              slots={view.slots}
              onPolicy={(name) => void setView({ policy: name, set: null })}
              onChange={(name, value) => {
                const { [name]: _, ...others } = view.set
                void setView({ set: value === null ? others : { ...others, [name]: value } })
              }}
              onSlots={(next) => void setView({ slots: next })}
              onReset={() => void setView({ set: null, slots: null })}
            />
          ) : (
            <Skeleton className="m-4 h-40" />
          )}
        </Pane>
        <ScrollRegion label="Recorded sweeps" className="min-h-0 min-w-0 flex-1 bg-surface">
          <PaneHead
            title="How far would each run train?"
            sub="one bar a run, longest first; green wins the full sweep, blue is the best found where that is another"
          />
          {proposed.error ? (
            <Empty action={<Button onClick={() => void proposed.refetch()}>Try now</Button>}>
              {errorSentence(proposed.error)}
            </Empty>
          ) : proposed.data ? (
            <div className={proposed.isPlaceholderData ? 'opacity-60' : undefined}>
              <LabMultiples sweeps={proposed.data.sweeps} />
            </div>
          ) : (
            <Skeleton className="m-4 h-60" />
          )}
        </ScrollRegion>
      </div>
    </>
  )
}
