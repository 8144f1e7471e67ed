'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { DecisionItem } from '../sweeps/DecisionStream'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { EndedList } from './EndedList'
import { FirstDay } from './FirstDay'
import { GpuHour } from './GpuHour'
import { OverviewStrip } from './OverviewStrip'
import { overviewSentence } from './overview-sentence'
import { RunningTable } from './RunningTable'
import { WaitingList } from './WaitingList'

/** What runs and when it ends; what waits and why; what ended; what was decided; whether the devices are busy. */
export function OverviewPage() {
  const trpc = useTRPC()
  const router = useRouter()
  const { data, error, refetch } = useQuery(trpc.overview.get.queryOptions())
  useRefreshOn((event) => event.kind !== 'metrics', [trpc.overview.get.queryKey()], 1500)
  if (error)
    return (
      <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>{errorSentence(error)}</Empty>
    )
  if (!data) return <Skeleton className="m-4 h-40" />
  const newSweep = (
    <ButtonLink href="/sweeps/new" variant="primary" icon={<Plus size={13} />} shortcut="N">
      New sweep
    </ButtonLink>
  )
  if (data.firstDay.active)
    return (
      <>
        <Header title="Overview" facts={overviewSentence(data)} actions={newSweep} />
        <FirstDay overview={data} />
      </>
    )
  return (
    <>
      <Header title="Overview" facts={overviewSentence(data)} actions={newSweep} />
      <ScrollRegion label="Overview" className="min-h-0 flex-1 bg-surface">
        <OverviewStrip overview={data} />
        <div className="flex min-h-0 max-desk:flex-col">
          <div className="min-w-0 flex-1">
            <RunningTable sweeps={data.running} deployments={data.deployments} now={data.now} />
            <WaitingList sweeps={data.waiting} nodes={data.nodes} />
            <EndedList sweeps={data.ended} />
          </div>
          <section
            aria-label="Decisions"
            className="w-80 shrink-0 border-l border-line max-desk:w-full max-desk:border-t max-desk:border-l-0"
          >
            <PaneHead title="Decisions" className="border-b border-line" />
            {data.decisions.length === 0 ? (
              <Empty>Nothing was decided yet. The first decision comes when a sweep gets its devices.</Empty>
            ) : (
              <ol>
                {data.decisions.slice(0, 9).map((decision) => (
                  <li key={decision.id} className="border-b border-line">
                    <DecisionItem
                      decision={decision}
                      withJob
                      onOpen={() => {
                        if (decision.jobId)
                          router.push(
                            `/sweeps/${decision.jobId}?decision=${decision.id}${decision.runNumber ? `&run=${decision.runNumber}` : ''}`,
                          )
                        else router.push('/cluster')
                      }}
                    />
                  </li>
                ))}
              </ol>
            )}
          </section>
        </div>
        <GpuHour nodes={data.nodes} utilisation={data.utilisation} />
      </ScrollRegion>
    </>
  )
}
