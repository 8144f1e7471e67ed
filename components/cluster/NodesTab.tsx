'use client'

import { MoreHorizontal } from 'lucide-react'
import type { NodeRow } from '@/server/views/node-row'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { IconButton } from '../ui/Button'
import { formatBytes } from '../ui/format/bytes'
import { formatAgo } from '../ui/format/time'
import { Menu } from '../ui/Menu'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { State } from '../ui/State'
import { say } from '../ui/toasts'
import { useNow } from '../ui/useNow'
import { NodeCharts } from './NodeCharts'
import { deviceSentence, nodeLook, strangersSentence } from './node-look'

interface NodesTabProps {
  nodes: readonly NodeRow[]
  /** Name of the node whose charts are open. */
  chosen: string | null
  onChoose: (name: string | null) => void
}

/** Every node with its devices now; one node's charts over time. */
export function NodesTab({ nodes, chosen, onChoose }: NodesTabProps) {
  const open = nodes.find((node) => node.name === chosen) ?? nodes[0]
  return (
    <ScrollRegion label="Nodes" className="min-h-0 flex-1 bg-surface">
      {nodes.map((node) => (
        <NodeBlock key={node.id} node={node} open={node.id === open?.id} onOpen={() => onChoose(node.name)} />
      ))}
      {open ? <NodeCharts node={open} /> : null}
    </ScrollRegion>
  )
}

function useScheduling(node: NodeRow) {
  const client = useTRPCClient()
  return (kind: 'drain' | 'cordon' | 'open') => {
    client.cluster[kind].mutate({ nodeId: node.id }).then(
      () =>
        say(
          kind === 'open'
            ? `${node.name} takes work again.`
            : kind === 'drain'
              ? `${node.name} gives up its work at the next step boundary.`
              : `${node.name} takes nothing new.`,
          kind === 'open'
            ? {}
            : {
                action: {
                  label: 'Undo',
                  onClick: () => void client.cluster.open.mutate({ nodeId: node.id }),
                },
              },
        ),
      (error: unknown) => say(errorSentence(error), { urgent: true }),
    )
  }
}

function NodeBlock({ node, open, onOpen }: { node: NodeRow; open: boolean; onOpen: () => void }) {
  const look = nodeLook(node)
  const schedule = useScheduling(node)
  const now = useNow()
  const quiet = now === null ? 0 : (now - node.lastSeenAt.getTime()) / 1000
  return (
    <section aria-label={`Node ${node.name}`} className="border-b border-line pb-2">
      <PaneHead
        title={
          <button type="button" onClick={onOpen} aria-pressed={open} className="rounded-4 hover:underline">
            {node.name}
          </button>
        }
        sub={`${deviceSentence(node)}; agent ${node.agentVersion}${now === null ? '' : `, heard ${formatAgo(quiet)}`}`}
        actions={
          <>
            <State value={look.state} tag>
              {look.word}
            </State>
            <Menu
              trigger={
                <IconButton label={`More about ${node.name}`} size="small">
                  <MoreHorizontal size={14} />
                </IconButton>
              }
              entries={[
                { label: 'Show its charts', onSelect: onOpen },
                'line',
                ...(node.scheduling === 'open'
                  ? [
                      {
                        label: 'Drain',
                        effect: 'gives up its work at a step boundary',
                        onSelect: () => schedule('drain'),
                      },
                      { label: 'Cordon', effect: 'takes nothing new', onSelect: () => schedule('cordon') },
                    ]
                  : [{ label: 'Open', effect: 'takes work again', onSelect: () => schedule('open') }]),
              ]}
            />
          </>
        }
      />
      <ScrollRegion label={`Devices of ${node.name}`} className="overflow-y-hidden px-4">
        <table className="w-full min-w-[720px] table-fixed border-separate border-spacing-0 text-12 tabular-nums">
          <colgroup>
            {['30%', '22%', '9%', '17%', '11%', '11%'].map((width, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
              <col key={index} style={{ width }} />
            ))}
          </colgroup>
          <thead>
            <tr className="text-11 text-ink-3">
              {['Device', 'Held by', 'Busy', 'Memory', 'Temperature', 'Power'].map((head, index) => (
                <th
                  key={head}
                  scope="col"
                  className={`border-b border-line py-1 font-normal whitespace-nowrap ${index < 2 ? 'text-left' : 'pl-4 text-right'}`}
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {node.gpus.map((gpu) => (
              <tr key={gpu.id}>
                <td className="h-7 truncate border-b border-line pr-4">
                  <span className="font-mono">{gpu.id}</span> <span className="text-ink-3">{gpu.name}</span>
                </td>
                <td className="truncate border-b border-line">
                  {gpu.heldBy.length > 0 ? (
                    gpu.heldBy.map((job) => job.name).join(', ')
                  ) : (
                    <span className="text-ink-3">free</span>
                  )}
                </td>
                <td className="border-b border-line pl-4 text-right">
                  {gpu.now?.utilisation == null ? '–' : `${Math.round(gpu.now.utilisation * 100)}%`}
                </td>
                <td className="border-b border-line pl-4 text-right whitespace-nowrap">
                  {gpu.now?.memoryUsedBytes == null ? '–' : formatBytes(gpu.now.memoryUsedBytes)}{' '}
                  <span className="text-ink-3">of {formatBytes(gpu.memoryBytes)}</span>
                </td>
                <td className="border-b border-line pl-4 text-right">
                  {gpu.now?.temperatureC == null ? '–' : `${Math.round(gpu.now.temperatureC)} °C`}
                </td>
                <td className="border-b border-line pl-4 text-right">
                  {gpu.now?.powerW == null ? '–' : `${Math.round(gpu.now.powerW)} W`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {node.strangers.length > 0 ? (
        <p className="px-4 pt-1 text-12 text-ink-2">{strangersSentence(node)}</p>
      ) : null}
    </section>
  )
}
