'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { NodeRow } from '@/server/views/node-row'
import { useRefreshOn } from '../live/useRefreshOn'
import { UnblockButton } from '../overview/UnblockButton'
import { WhyWaiting } from '../overview/WhyWaiting'
import { useTRPC } from '../trpc/trpc'
import { ButtonLink } from '../ui/Button'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { ScrollRegion } from '../ui/ScrollRegion'
import { State } from '../ui/State'
import { Time } from '../ui/Time'

/** What waits, in order of priority and age, each with every reason of the last plan. */
export function QueueTab({ nodes }: { nodes: readonly NodeRow[] }) {
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
        <Empty action={data ? <ButtonLink href="/sweeps/new">New sweep</ButtonLink> : undefined}>
          {data ? 'Nothing waits. A new sweep starts as soon as it is submitted.' : 'Loading…'}
        </Empty>
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
            { head: 'What would start it', align: 'right' },
          ]}
          rows={waiting.map((sweep) => ({
            key: sweep.id,
            cells: [
              <span key="name" className="flex items-center gap-2">
                <State value="waiting" />
                <Link
                  href={`/sweeps/${sweep.id}`}
                  className="font-semibold whitespace-nowrap no-underline hover:underline"
                >
                  {sweep.name}
                </Link>
              </span>,
              <span key="gpus" className="whitespace-nowrap">
                {sweep.gpus === 1 ? '1 GPU' : `${sweep.gpus} GPUs`}
              </span>,
              sweep.priority,
              <Time key="since" at={sweep.createdAt} day />,
              <WhyWaiting key="why" hold={sweep.hold} />,
              sweep.hold?.expectedStart ? (
                <Time key="start" at={sweep.hold.expectedStart.p50 * 1000} />
              ) : (
                'not known'
              ),
              <UnblockButton key="unblock" sweep={sweep} nodes={nodes} />,
            ],
          }))}
        />
      )}
    </ScrollRegion>
  )
}
