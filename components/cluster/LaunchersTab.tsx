'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Minus, Plus } from 'lucide-react'
import type { RouterOutputs } from '@/server/routers/app-router'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Time } from '../ui/Time'
import { say } from '../ui/toasts'

type LauncherRow = RouterOutputs['launcher']['list'][number]

/** Where agents come from, and how many: as the queue needs, or as somebody asked. */
export function LaunchersTab() {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.launcher.list.queryOptions(undefined, { refetchInterval: 5_000 }))
  return (
    <ScrollRegion label="Where agents come from" className="min-h-0 flex-1 bg-surface">
      {data?.map((launcher) => (
        <LauncherBlock key={launcher.name} launcher={launcher} />
      ))}
      {data?.length === 0 ? (
        <Empty>
          No launcher. Agents are started by hand with “Add node”; ALTO_LAUNCHERS names Slurm, Ray and
          Kubernetes to the control plane.
        </Empty>
      ) : null}
    </ScrollRegion>
  )
}

function LauncherBlock({ launcher }: { launcher: LauncherRow }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const { name, asked, wanted, min, max } = launcher
  const ask = (agents: number | null) => {
    client.launcher.ask.mutate({ name, agents }).then(
      () => queries.invalidateQueries({ queryKey: trpc.launcher.list.queryKey() }),
      (error: unknown) => say(errorSentence(error), { urgent: true }),
    )
  }
  const now = asked ?? wanted
  return (
    <section aria-label={`Launcher ${name}`} className="border-b border-line pb-2">
      <PaneHead
        title={name}
        sub={`${launcher.kind}, ${launcher.agents.length} of ${min} to ${max} agents; ${asked === null ? 'as the queue needs' : `asked for ${asked}`}`}
        actions={
          <>
            <Button
              size="small"
              disabled={now <= min}
              onClick={() => ask(now - 1)}
              aria-label={`Fewer agents of ${name}`}
            >
              <Minus size={14} aria-hidden="true" />
            </Button>
            <Button
              size="small"
              disabled={now >= max}
              onClick={() => ask(now + 1)}
              aria-label={`More agents of ${name}`}
            >
              <Plus size={14} aria-hidden="true" />
            </Button>
            <Button size="small" disabled={asked === null} onClick={() => ask(null)}>
              By the queue
            </Button>
          </>
        }
      />
      <p className="px-4 py-1.5 text-12 text-ink-2">
        {launcher.error ? <span className="text-bad">{launcher.error}</span> : launcher.why}{' '}
        <span className="text-ink-3">
          Seen <Time at={launcher.updatedAt} seconds />.
        </span>
      </p>
      {launcher.agents.length > 0 ? (
        <DataTable
          label={`Agents of ${name}`}
          columns={[{ head: 'Agent' }, { head: 'State' }, { head: 'Where' }, { head: 'Known there as' }]}
          rows={launcher.agents.map((agent) => ({
            key: agent.id,
            cells: [
              agent.name,
              agent.state,
              agent.where ?? 'not known yet',
              <span key="id" className="font-mono">
                {agent.id}
              </span>,
            ],
          }))}
        />
      ) : null}
    </section>
  )
}
