'use client'

import Link from 'next/link'
import type { NodeRow } from '@/server/views/node-row'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { PaneHead } from '../ui/Pane'
import { StateIcon } from '../ui/State'
import { UnblockButton } from './UnblockButton'
import { WhyWaiting } from './WhyWaiting'

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
                <WhyWaiting hold={sweep.hold} />
              </p>
            </div>
            <UnblockButton sweep={sweep} nodes={nodes} />
          </li>
        ))}
      </ul>
    </section>
  )
}
