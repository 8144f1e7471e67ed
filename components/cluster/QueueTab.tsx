'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRefreshOn } from '../live/useRefreshOn'
import { useTRPC } from '../trpc/trpc'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { ScrollRegion } from '../ui/ScrollRegion'
import { State } from '../ui/State'
import { Time } from '../ui/Time'

/** What waits, in order of priority and age, each with every reason of the last plan. */
export function QueueTab() {
  const trpc = useTRPC()
  const input = { states: ['waiting' as const], limit: 200 }
  const { data } = useQuery(trpc.sweep.list.queryOptions(input))
  useRefreshOn((event) => event.kind === 'hold' || event.kind === 'sweep', [trpc.sweep.list.queryKey(input)])
  const waiting = [...(data?.sweeps ?? [])].sort(
    (a, b) => b.priority - a.priority || a.createdAt.getTime() - b.createdAt.getTime(),
  )
  return (
    <ScrollRegion label="Queue" className="min-h-0 flex-1 bg-surface">
      {waiting.length === 0 ? (
        <Empty>{data ? 'Nothing waits. A new sweep starts as soon as it is submitted.' : 'Loading…'}</Empty>
      ) : (
        <DataTable
          label="Waiting sweeps"
          columns={[
            { head: 'Sweep' },
            { head: 'Asks for', align: 'right' },
            { head: 'Priority', align: 'right' },
            { head: 'Since', align: 'right' },
            { head: 'Why it waits' },
            { head: 'Starts about', align: 'right' },
          ]}
          rows={waiting.map((sweep) => ({
            key: sweep.id,
            cells: [
              <span key="name" className="flex items-center gap-2">
                <State value="waiting" />
                <Link href={`/sweeps/${sweep.id}`} className="font-semibold no-underline hover:underline">
                  {sweep.name}
                </Link>
              </span>,
              sweep.gpus === 1 ? '1 GPU' : `${sweep.gpus} GPUs`,
              sweep.priority,
              <Time key="since" at={sweep.createdAt} day />,
              sweep.hold?.reasons.map((reason) => reason.message).join(' ') ??
                'It is planned in the next cycle.',
              sweep.hold?.expectedStart ? (
                <Time key="start" at={sweep.hold.expectedStart.p50 * 1000} />
              ) : (
                'not known'
              ),
            ],
          }))}
        />
      )}
    </ScrollRegion>
  )
}
