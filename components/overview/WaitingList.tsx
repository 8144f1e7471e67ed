'use client'

import Link from 'next/link'
import { useState } from 'react'
import type { NodeRow } from '@/server/views/node-row'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { PaneHead } from '../ui/Pane'
import { StateIcon } from '../ui/State'
import { say } from '../ui/toasts'

interface WaitingListProps {
  sweeps: readonly SweepSummary[]
  nodes: readonly NodeRow[]
}

/** Each waiting sweep has one sentence with numbers, from its hold, and one button with its effect where there is one. */
export function WaitingList({ sweeps, nodes }: WaitingListProps) {
  if (sweeps.length === 0) return null
  return (
    <section aria-label="Waiting">
      <PaneHead title="Waiting" sub="with the cheapest way to start each" className="border-b border-line" />
      <ul>
        {sweeps.map((sweep) => (
          <li
            key={sweep.id}
            className="flex items-center gap-3 border-b border-line px-4 py-2.5 text-12 max-tablet:flex-wrap"
          >
            <StateIcon value="waiting" />
            <div className="min-w-0 flex-1">
              <p>
                <Link href={`/sweeps/${sweep.id}`} className="font-semibold no-underline hover:underline">
                  {sweep.name}
                </Link>{' '}
                <span className="text-ink-3">
                  sweep, {sweep.runs.total} {sweep.method},{' '}
                  {sweep.gpus === 1 ? '1 GPU' : `${sweep.gpus} GPUs`}
                </span>
              </p>
              <p className="text-ink-2">
                {sweep.hold && sweep.hold.reasons.length > 0
                  ? sweep.hold.reasons.map((reason) => reason.message).join(' ')
                  : 'It is planned in the next cycle.'}
              </p>
            </div>
            <Unblock sweep={sweep} nodes={nodes} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Unblock({ sweep, nodes }: { sweep: SweepSummary; nodes: readonly NodeRow[] }) {
  const client = useTRPCClient()
  const [asked, setAsked] = useState(false)
  const unblock = sweep.hold?.unblock
  const node = nodes.find((one) => one.id === unblock?.target || one.name === unblock?.target)
  if (unblock?.action !== 'end-drain' || !node)
    return unblock ? (
      <p className="max-w-56 text-right text-11 text-ink-3 max-tablet:max-w-none max-tablet:basis-full">
        {unblock.effect}
      </p>
    ) : null
  return (
    <div className="text-right max-tablet:basis-full">
      <Button
        disabled={asked}
        onClick={() => {
          setAsked(true)
          client.cluster.open.mutate({ nodeId: node.id }).then(
            () => say(`${node.name} takes work again.`),
            (error: unknown) => {
              setAsked(false)
              say(errorSentence(error), { urgent: true })
            },
          )
        }}
      >
        End the drain of {node.name}
      </Button>
      <p className="mt-1 text-11 text-ink-3">{unblock.effect}</p>
    </div>
  )
}
