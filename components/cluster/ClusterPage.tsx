'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Empty } from '../ui/Empty'
import { plural } from '../ui/format/number'
import { Segmented } from '../ui/Segmented'
import { Skeleton } from '../ui/Skeleton'
import { JoinCommand } from './JoinCommand'
import { LaunchersTab } from './LaunchersTab'
import { NodesTab } from './NodesTab'
import { QueueTab } from './QueueTab'
import { TimelineTab } from './TimelineTab'

/** Nodes and devices: what ran where, what each is doing, what waits for them. */
export function ClusterPage() {
  const trpc = useTRPC()
  const [view, setView] = useQueryStates(
    {
      tab: parseAsStringLiteral(['timeline', 'nodes', 'queue', 'launchers']).withDefault('timeline'),
      node: parseAsString,
      /** The way to add a node is open. */
      add: parseAsStringLiteral(['node']),
    },
    { history: 'push', scroll: false },
  )
  const joining = view.add !== null
  const setJoining = (open: boolean) => void setView({ add: open ? 'node' : null })
  const { data, error, refetch } = useQuery(
    trpc.cluster.nodes.queryOptions(undefined, { refetchInterval: 10_000 }),
  )
  useRefreshOn((event) => event.nodeId !== null || event.kind === 'sweep', [trpc.cluster.nodes.queryKey()])
  const nodes = data?.nodes ?? []
  const devices = nodes.reduce((sum, node) => sum + node.gpus.length, 0)
  const held = nodes.flatMap((node) => node.gpus).filter((gpu) => gpu.heldBy.length > 0).length
  return (
    <>
      <Header
        title="Cluster"
        tabs={
          <Segmented
            label="View of the cluster"
            value={view.tab}
            onChange={(tab) => void setView({ tab })}
            options={[
              { value: 'timeline', label: 'Timeline' },
              { value: 'nodes', label: 'Nodes' },
              { value: 'queue', label: 'Queue' },
              { value: 'launchers', label: 'Launchers' },
            ]}
          />
        }
        facts={
          data ? `${plural(nodes.length, 'node')}, ${plural(devices, 'device')}, ${held} held` : undefined
        }
        actions={
          <Button icon={<Plus size={13} />} onClick={() => setJoining(true)}>
            Add node
          </Button>
        }
      />
      {error ? (
        <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>{errorSentence(error)}</Empty>
      ) : !data ? (
        <Skeleton className="m-4 h-40" />
      ) : view.tab === 'launchers' ? (
        <LaunchersTab />
      ) : view.tab === 'queue' ? (
        <QueueTab nodes={nodes} />
      ) : nodes.length === 0 ? (
        <Empty action={<Button onClick={() => setJoining(true)}>Add node</Button>}>
          No node has joined yet. The agent of this machine calls in by itself; other machines join with one
          command.
        </Empty>
      ) : view.tab === 'nodes' ? (
        <NodesTab nodes={nodes} chosen={view.node} onChoose={(node) => void setView({ node })} />
      ) : (
        <TimelineTab nodes={nodes} />
      )}
      <Dialog
        open={joining}
        onOpenChange={setJoining}
        title="Add a node"
        className="!w-[min(640px,calc(100vw-24px))]"
      >
        <div className="mt-3 text-13 text-ink-2">
          <JoinCommand nodes={nodes} />
        </div>
      </Dialog>
    </>
  )
}
